using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

/// <summary>Counts the inotify descriptors of the whole process.</summary>
public abstract class FolderLeakTests(LoopFixture fixture) : FolderHarness(fixture)
{
    [Fact]
    public void Watches_leave_no_descriptor_open()
    {
        int before = OpenInotifies();
        InLoop("watches", async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                var watch = WatchTree();
                MakeFolder($"{i}");
                (await ChangesOf(watch)).ShouldBe([$"+{i}/"]);
                watch.Dispose();
            }
            await Turns(3);
        });
        Bounded.Until(() => OpenInotifies() <= before, "all are closed");
    }

    private static int OpenInotifies() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget is "anon_inode:inotify");
}
