using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>Events in orders that no kernel has: of unknown watches, moves without a second half, folders that appear twice and end twice.</summary>
[Collection(nameof(Alone))]
public sealed class FolderEventsFuzz : IDisposable
{
    private const int CasesInCI = 40; // the system takes long to end a watch on a busy machine

    private static readonly Gen<InotifyRecord[][]> Reads = InotifyRecord.Whole.Array[0, 30].Array[1, 4];

    // Those of the system's own, and not an overflow, for which all folders are listed.
    private static readonly Gen<InotifyRecord[][]> ReadsOfStrangers =
        InotifyRecord.Whole.Select(record => record with { Watch = record.Watch is >= 1 and <= 5 ? record.Watch + 5 : record.Watch, Mask = record.Mask & ~0x4000u })
            .Array[0, 30].Array[1, 4];

    private readonly PollIOLoop _loop;

    public FolderEventsFuzz()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "inotify is Linux's");
        _loop = new PollIOLoop();
    }

    [Fact]
    public void Whatever_the_records_say_the_watch_follows_them_and_can_be_used_afterwards() => CheckAny(Unchanged);

    // The search found it: a tree with a circle has no end.
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void A_folder_that_is_said_to_have_moved_into_any_other_or_itself_makes_no_circle(int target)
    {
        const uint MovedFrom = 0x4000_0040;
        const uint MovedTo = 0x4000_0080;
        byte[] Name(string name) => System.Text.Encoding.ASCII.GetBytes(name + "\0");
        using var test = new FollowedFolders(_loop);
        foreach (var change in test.Follow([[new(1, MovedFrom, 1, Name("a")), new(target, MovedTo, 1, Name("new"))]], Unchanged))
            test.CheckPlausible(change);
        test.CheckThatItWorks();
    }

    [Fact]
    public void Records_of_unknown_watches_change_nothing() => CheckStrangers(Unchanged);

    [Fact]
    public void The_search_finds_records_that_are_credited_to_a_wrong_watch() =>
        Should.Throw<CsCheckException>(() => CheckStrangers(record => record with { Watch = 1 }));

    [Fact]
    public void The_search_finds_records_that_lead_out_of_the_folders() =>
        Should.Throw<CsCheckException>(() => CheckAny(record => record with { Name = "/../outside"u8.ToArray(), Mask = record.Mask & ~0x4000_0000u }));

    public void Dispose() => _loop?.Dispose();

    private static InotifyRecord Unchanged(InotifyRecord record) => record;

    private void CheckAny(Func<InotifyRecord, InotifyRecord> tamper) =>
        Reads.Sample(reads =>
        {
            using var test = new FollowedFolders(_loop);
            foreach (var change in test.Follow(reads, tamper))
                test.CheckPlausible(change);
            test.CheckThatItWorks();
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: Print);

    private void CheckStrangers(Func<InotifyRecord, InotifyRecord> tamper) =>
        ReadsOfStrangers.Sample(reads =>
        {
            using var test = new FollowedFolders(_loop);
            test.Follow(reads, tamper).ShouldBeEmpty();
            test.CheckThatItWorks();
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: Print);

    private static string Print(InotifyRecord[][] reads) => string.Join(" | ", reads.Select(read => string.Join(' ', read)));
}
