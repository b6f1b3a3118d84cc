using System.Diagnostics;
using IOLoops.Sources.Tests.Listening;
using IOLoops.Sources.Tests.Processes;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

/// <summary>The kernel's limit of watches, which a user namespace has of its own.</summary>
public sealed class WatchLimit
{
    private const int Limit = 4;
    private const int ENOSPC = 28;

    [Fact]
    public void A_folder_beyond_the_limit_of_watches_is_an_error_that_names_the_setting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("true") == 0, "no user namespace can be made here");
        Run("exec \"$0\" \"$@\"").ShouldBe(OwnProcess.Passed);
    }

    /// <summary>In the process with the limit.</summary>
    internal static async Task Play(IOLoop loop)
    {
        string root = Directory.CreateTempSubdirectory("limit-").FullName;
        for (int i = 0; i < Limit; i++)
            Directory.CreateDirectory(Path.Combine(root, "full", $"{i}"));
        Directory.CreateDirectory(Path.Combine(root, "less", "sub"));
        using var watch = new FolderWatch(loop);
        var thrown = Should.Throw<IOException>(() => watch.Add(Path.Combine(root, "full"), includeSubfolders: true));
        thrown.HResult.ShouldBe(ENOSPC);
        thrown.Message.ShouldContain("fs.inotify.max_user_watches");
        watch.Add(Path.Combine(root, "less"), includeSubfolders: true); // nothing was left of the other
        for (int i = 0; i < Limit; i++)
            Directory.CreateDirectory(Path.Combine(root, "less", $"{i}"));
        var seen = new List<string>();
        thrown = await Should.ThrowAsync<IOException>(() => TakeAll(watch, seen));
        thrown.HResult.ShouldBe(ENOSPC);
        seen.Count.ShouldBe(Limit);
        Directory.CreateDirectory(Path.Combine(root, "less", "sub", "last"));
        Directory.CreateDirectory(Path.Combine(root, "less", "0", "last"));
        seen.Clear();
        await TakeAll(watch, seen, Path.Combine(root, "less", "0", "last"));
        seen.Count.ShouldBe(2); // the others are watched still
        Directory.Delete(root, recursive: true);
    }

    private static async Task TakeAll(FolderWatch watch, List<string> paths, string? upTo = null)
    {
        await foreach (var change in watch)
        {
            paths.Add(change.Path);
            if (change.Path == upTo)
                return;
        }
    }

    private static int Run(string command)
    {
        var start = new ProcessStartInfo("unshare", ["-Ur", "sh", "-c", $"echo {Limit} > /proc/sys/user/max_inotify_watches && {command}", .. OtherProgram.Command]);
        start.Environment[OwnProcess.Variable] = nameof(WatchLimit);
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1; // there is no such program
        }
    }
}
