using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>A message bus for this program alone: dbus-daemon, in a temporary folder.</summary>
internal sealed class PrivateBus : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _daemon;

    private PrivateBus(DirectoryInfo folder, ChildProcess daemon, string address)
    {
        _folder = folder;
        _daemon = daemon;
        Address = address;
    }

    internal string Address { get; }

    internal static async Task<PrivateBus> StartAsync(IOLoop loop)
    {
        var folder = Directory.CreateTempSubdirectory("bus-");
        try
        {
            var daemon = ChildProcess.Start(loop, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", $"--address=unix:path={folder.FullName}/bus");
            try
            {
                await foreach (string line in daemon.StandardOutput.ReadLinesAsync())
                    return new PrivateBus(folder, daemon, line); // printed once it listens
                throw new IOException($"dbus-daemon has ended: {await daemon.Exited}");
            }
            catch
            {
                await daemon.DisposeAsync();
                throw;
            }
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Ends the bus, and with it each connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_folder.Exists)
            return;
        await _daemon.DisposeAsync();
        _folder.Delete(recursive: true);
        _folder.Refresh();
    }
}
