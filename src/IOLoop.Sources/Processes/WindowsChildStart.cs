using System.Runtime.Versioning;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Processes;

/// <summary>Starts a child on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsChildStart
{
    /// <summary>Starts a child that is not watched yet. Nothing is left behind when it fails.</summary>
    /// <exception cref="IOException">It cannot be started. The message names the program and why.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows has no such option.</exception>
    internal static WindowsChildHandle Start(IOLoop loop, Launch launch, ParentEnds parent)
    {
        if (launch.Options.Terminal is not null)
            throw new PlatformNotSupportedException("ChildProcessOptions.Terminal: Windows has no pseudo-terminals that a loop can read. Use pipes.");
        if (launch.Options.NewSession)
            throw new PlatformNotSupportedException("ChildProcessOptions.NewSession: Windows has no sessions of processes. Use NewProcessGroup.");
        string path = WindowsProgram.Find(launch);
        using var ends = new WindowsChildEnds();
        ProcessInformation started;
        try
        {
            ends.Open(loop, launch.Options, parent);
            Start(launch, path, ends, out started);
        }
        catch (IOException exception) when (!exception.Message.StartsWith(StartFailure.Beginning, StringComparison.Ordinal))
        {
            throw StartFailure.Because(launch.Program, exception.Message.TrimEnd('.'), exception.HResult);
        }
        return Run(launch, started);
    }

    private static void Start(Launch launch, string path, WindowsChildEnds ends, out ProcessInformation started)
    {
        // A console program that is started by one without a console would open a window.
        uint flags = Kernel32.GetConsoleWindow() == 0 ? Kernel32.NoWindow : 0;
        if (launch.Options.NewProcessGroup)
            flags |= Kernel32.NewGroup | Kernel32.Suspended;
        using var handles = ends.Inherit();
        int error = WindowsSpawner.Start(path, CommandLine.Of(launch.Arguments), EnvironmentBlock.Of(launch.Environment), launch.WorkingDirectory, flags, handles, out started);
        if (error != 0)
            throw StartFailure.FromWindows(launch, path, error);
    }

    private static WindowsChildHandle Run(Launch launch, in ProcessInformation started)
    {
        var process = new SafeProcessHandle(started.Process, ownsHandle: true);
        Job? job = null;
        try
        {
            if (launch.Options.NewProcessGroup)
            {
                job = Job.Of(started.Process);
                _ = Kernel32.ResumeThread(started.Thread);
            }
            return new WindowsChildHandle((int)started.ProcessId, process, job);
        }
        catch (IOException exception)
        {
            _ = Kernel32.TerminateProcess(started.Process, 1);
            process.Dispose();
            throw StartFailure.Because(launch.Program, $"it was started, but cannot be stopped with what it starts, and was ended: {exception.Message}", exception.HResult);
        }
        finally
        {
            _ = Kernel32.CloseHandle(started.Thread);
        }
    }
}
