using System.IO.Pipes;
using System.Runtime.CompilerServices;

namespace IOLoops.Diagnostics.Tests;

/// <summary>Ways to block a loop, each in a method with a name to be found in a stack.</summary>
internal static class Blocking
{
    internal static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(50);

    /// <summary>Blocks in the kernel, in a read that gets nothing until the event is set.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void ReadWhatNobodyWrites(ManualResetEventSlim over)
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        var releasing = new Thread(() =>
        {
            over.Wait();
            writer.WriteByte(1);
        })
        { IsBackground = true };
        releasing.Start();
        _ = reader.ReadByte();
        releasing.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void WaitForAnEvent(ManualResetEventSlim over) => over.WaitHandle.WaitOne();

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void CalculateForEver(ManualResetEventSlim over)
    {
        ulong number = 1;
        while (!over.IsSet)
        {
            for (int i = 0; i < 1_000_000; i++)
                number = (number * 6364136223846793005) + 1442695040888963407;
        }
        GC.KeepAlive(number);
    }

    /// <summary>Calls one of the above, so that a stack has something to show below it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void OuterMethod(Action<ManualResetEventSlim> block, ManualResetEventSlim over)
    {
        block(over);
        GC.KeepAlive(block); // no tail call
    }
}
