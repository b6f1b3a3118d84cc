using System.Reactive;
using System.Reactive.Linq;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SourceTests
{
    [Fact]
    public void The_exit_of_a_child_is_notified_with_its_lines_before_it()
    {
        var child = NewChild("printf 'one\\ntwo'; exit 3");
        var seen = new List<string>();
        using var subscription = child.StandardOutput.ObserveLines()
            .Concat(child.ObserveExit().Select(status => $"{status.ExitCode}"))
            .Do(_ => Loop.IsOnLoopThread.ShouldBeTrue())
            .Subscribe(seen.Add, Loop.Stop);
        Run("the end of a child");
        seen.ShouldBe(["one", "two", "3"]);
    }

    [Fact]
    public void An_exit_that_was_before_the_subscription_is_notified_but_not_inside_it()
    {
        var child = NewChild("exit 3");
        InLoop("the end of a child", async () => await Within(child.Exited));
        var seen = new List<NotificationKind>();
        InLoop(() =>
        {
            Own(child.ObserveExit().Materialize().Subscribe(notification => seen.Add(notification.Kind)));
            seen.ShouldBeEmpty();
        });
        RunTurns(3);
        seen.ShouldBe([NotificationKind.OnNext, NotificationKind.OnCompleted]);
    }

    [Fact]
    public void Who_unsubscribes_is_not_told_of_the_exit()
    {
        var child = NewChild("read x");
        int seen = 0;
        IDisposable? subscription = null;
        InLoop(() => subscription = child.ObserveExit().Subscribe(_ => seen++, () => seen++));
        RunTurns(2);
        subscription!.Dispose();
        child.StandardInput.Dispose();
        InLoop("the end of a child", async () => await Within(child.Exited));
        RunTurns(2);
        seen.ShouldBe(0);
    }

    [Fact]
    public void Changes_are_notified_until_the_watch_is_disposed()
    {
        var (watch, folder) = NewWatch();
        var seen = new List<(FolderChangeKind, string)>();
        Exception? failure = null;
        using var subscription = watch.ObserveChanges().Subscribe(
            change =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                seen.Add((change.Kind, Path.GetFileName(change.Path)));
                using var second = watch.ObserveChanges().Subscribe(_ => { }, error => failure = error);
                Loop.AddCallback(() => AfterTurns(1, watch.Dispose));
            },
            Loop.Stop);
        Directory.CreateDirectory(Path.Combine(folder, "a"));
        Run("the end of a watch");
        seen.ShouldBe([(FolderChangeKind.Created, "a")]);
        failure.ShouldBeNull("it was disposed of before it began");
    }

    [Fact]
    public void A_second_consumer_of_changes_fails_and_the_next_one_continues_without_loss()
    {
        var (watch, folder) = NewWatch();
        using var subscription = watch.ObserveChanges().Subscribe(_ => { });
        FailureOf(watch.ObserveChanges()).ShouldBeOfType<InvalidOperationException>();
        var seen = new List<string>();
        InLoop(() =>
        {
            subscription.Dispose();
            Directory.CreateDirectory(Path.Combine(folder, "a"));
            Own(watch.ObserveChanges().Subscribe(change =>
            {
                seen.Add(Path.GetFileName(change.Path));
                if (seen.Count == 2)
                    Loop.Stop();
            }));
            Directory.CreateDirectory(Path.Combine(folder, "b"));
        });
        if (seen.Count < 2)
            Run("two changes");
        seen.ShouldBe(["a", "b"]);
    }

    private Sources.ChildProcess NewChild(string script) => Own(Sources.ChildProcess.Start(
        Loop, new ChildProcessOptions("/bin/sh", "-c", script) { StandardInput = ChildStream.Pipe }));

    private (FolderWatch Watch, string Folder) NewWatch()
    {
        SkipUnless(OperatingSystem.IsLinux(), "inotify is Linux's");
        string folder = Directory.CreateTempSubdirectory("ioloop-rx-").FullName;
        Own(System.Reactive.Disposables.Disposable.Create(() => Directory.Delete(folder, recursive: true)));
        var watch = Own(new FolderWatch(Loop));
        watch.Add(folder);
        return (watch, folder);
    }
}
