using System.Runtime.InteropServices;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

public abstract partial class FolderTests
{
    [Fact]
    public void Folders_whose_names_are_not_UTF8_are_watched_too() => InLoop("changes", async () =>
    {
        using var watch = WatchTree();
        MakeRaw("one\xff");
        MakeRaw("one\xfe"); // both are shown as one
        MakeRaw("one\xff/\xe4");
        (await ChangesOf(watch)).ShouldBe(["+one\ufffd/", "+one\ufffd/\ufffd/", "+one\ufffd/"], ignoreOrder: true);
        MakeRaw("one\xff/\xe4/deep");
        (await ChangesOf(watch)).ShouldBe(["+one\ufffd/\ufffd/deep/"]);
        foreach (string path in new[] { "one\xff/\xe4/deep", "one\xff/\xe4", "one\xff", "one\xfe" })
            RemoveRaw(path); // .NET cannot name them
    });

    [Fact]
    public void Names_of_any_characters_are_reported_as_they_are() => InLoop("changes", async () =>
    {
        MakeFolder("größe");
        using var watch = WatchTree();
        watch.Add(In("größe"));
        MakeFolder("größe/ \n*漢字𝄞");
        (await ChangesOf(watch)).ShouldBe(["+größe/ \n*漢字𝄞/"]);
    });

    /// <summary>A character is a byte.</summary>
    private unsafe void MakeRaw(string path)
    {
        fixed (byte* start = System.Text.Encoding.Latin1.GetBytes(In(path) + "\0"))
            mkdir(start, 0x1ff).ShouldBe(0);
    }

    private unsafe void RemoveRaw(string path)
    {
        fixed (byte* start = System.Text.Encoding.Latin1.GetBytes(In(path) + "\0"))
            rmdir(start).ShouldBe(0);
    }

    [DllImport("libc")]
    private static extern unsafe int rmdir(byte* path);

    [DllImport("libc")]
    private static extern unsafe int mkdir(byte* path, uint mode);
}
