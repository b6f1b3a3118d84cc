using IOLoops.Conformance;
using IOLoops.Diagnostics;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>What another thread sees of a loop's calls.</summary>
public sealed class CallMarkTests
{
    private readonly CallMark _mark = new();

    [Fact]
    public void What_is_read_of_a_call_belongs_together()
    {
        const int Reads = 200_000;
        object[] callees = [.. Enumerable.Range(0, 16).Select(static number => (object)number)];
        bool over = false;
        var writer = OtherThread.Start(() =>
        {
            for (int i = 0; !Volatile.Read(ref over); i = (i + 2) & 15)
            {
                object even = callees[i];
                object odd = callees[i + 1];
                _mark.Begin(even, even);
                _mark.Begin(callees[i ^ 2], callees[i ^ 2]); // a callback, straight behind another one
                _mark.Resume(_mark.Interrupt());
                _mark.End();
                _mark.Begin(odd, i + 1, odd); // a handler
                _mark.Resume(_mark.Interrupt());
                _mark.End();
            }
        });
        int consistent = 0;
        var seen = new List<string>();
        for (int i = 0; i < Reads || consistent < 100; i++)
        {
            long version = _mark.Version;
            if (!CallMark.IsCall(version) || !_mark.TryRead(version, out var call))
                continue;
            consistent++;
            int callee = (int)call.Callee!;
            if ((int)call.Argument! != callee || call.Descriptor != ((callee & 1) == 0 ? -1 : callee))
                seen.Add($"{callee} with {call.Argument} and {call.Descriptor}");
        }
        Volatile.Write(ref over, true);
        writer.Join();
        seen.ShouldBeEmpty();
    }

    [Fact]
    public void A_call_that_was_interrupted_goes_on_as_a_new_one()
    {
        _mark.Begin(this, 7, "file");
        long before = _mark.Version;
        var call = _mark.Interrupt();
        CallMark.IsCall(_mark.Version).ShouldBeFalse();
        _mark.Begin("nested", null);
        _mark.End();
        _mark.Resume(call);
        long after = _mark.Version;
        after.ShouldBeGreaterThan(before);
        _mark.TryRead(before, out _).ShouldBeFalse();
        _mark.TryRead(after, out var resumed).ShouldBeTrue();
        resumed.Callee.ShouldBeSameAs(this);
        resumed.Descriptor.ShouldBe(7);
        resumed.Argument.ShouldBe("file");
    }

    [Fact]
    public void What_was_called_is_not_kept()
    {
        _mark.Begin(this, 7, this);
        _mark.End();
        _mark.TryRead(_mark.Version, out var call).ShouldBeTrue();
        call.Callee.ShouldBeNull();
        call.Argument.ShouldBeNull();
        call.Descriptor.ShouldBe(-1);
    }
}
