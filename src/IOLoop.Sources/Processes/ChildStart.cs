using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>Starts a child, except on Windows.</summary>
internal static class ChildStart
{
    /// <summary>Starts a child that is not watched yet. Nothing is left behind when it fails.</summary>
    /// <exception cref="IOException">It cannot be started. The message names the program and why.</exception>
    internal static UnixChildHandle Start(IOLoop loop, Launch launch, ParentEnds parent)
    {
        string path = ProgramSearch.Find(launch);
        using var ends = new ChildEnds();
        try
        {
            ends.Open(loop, launch.Options, parent);
        }
        catch (IOException exception)
        {
            throw new IOException($"Could not start '{launch.Program}': {exception.Message}", exception.HResult);
        }
        var request = Request(launch, path, ends, parent);
        int errno = Spawner.Spawn(request, out int id);
        if (errno != 0)
            throw StartFailure.From(launch, path, errno);
        return Watch(launch, id, request.NewSession || request.NewProcessGroup);
    }

    private static SpawnRequest Request(Launch launch, string path, ChildEnds ends, ParentEnds parent) => new()
    {
        Path = path,
        Arguments = launch.Arguments,
        Environment = launch.Environment,
        WorkingDirectory = launch.WorkingDirectory,
        NewSession = launch.Options.NewSession || parent.Terminal is not null,
        NewProcessGroup = launch.Options.NewProcessGroup,
        Sources = ends.Numbers,
        ErrorIsOutput = launch.Options.StandardError.Kind == ChildStreamKind.StandardOutput,
        Terminal = parent.Terminal?.Name,
    };

    private static UnixChildHandle Watch(Launch launch, int id, bool leadsGroup)
    {
        try
        {
            return new UnixChildHandle(id, ExitNotice.Open(id), leadsGroup, GroupSignals.OfSystem);
        }
        catch (Exception exception)
        {
            // No other code knows the child, so no other code could end it. A process ends promptly after SIGKILL, so blocking here is acceptable.
            _ = Libc.kill(id, SignalNumbers.Kill);
            ChildWait.Block(id);
            _ = ChildWait.Ask(id, keep: false, out _);
            if (exception is IOException)
                throw StartFailure.Because(launch.Program, $"it was started, but cannot be watched, and was killed: {exception.Message}", exception.HResult);
            throw;
        }
    }
}
