using IOLoops.Sources.Interop;
using IOLoops.Sources.Processes;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>Who is left in the group of a child that has ended.</summary>
public sealed class ProcessGroupTests : IDisposable
{
    private const int Leader = 100;

    private readonly TemporaryFolder _processes = new();

    public ProcessGroupTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's");

    public void Dispose() => _processes.Dispose();

    [Fact]
    public void A_leader_that_is_a_zombie_is_nobody()
    {
        Add(Leader, Leader, 'Z');
        Add(101, 1, 'S');
        ProcessGroup.HasOthers(Leader, _processes.Path).ShouldBeFalse();
    }

    [Fact]
    public void A_zombie_without_other_threads_is_nobody()
    {
        Add(Leader, Leader, 'Z');
        Add(101, Leader, 'Z');
        ProcessGroup.HasOthers(Leader, _processes.Path).ShouldBeFalse();
    }

    [Fact]
    public void A_process_whose_first_thread_has_ended_lives_as_long_as_another_thread()
    {
        Add(Leader, Leader, 'Z');
        Add(101, Leader, 'Z', (101, 'Z'), (102, 'S'));
        ProcessGroup.HasOthers(Leader, _processes.Path).ShouldBeTrue();
    }

    [Fact]
    public void Where_a_group_with_zombies_alone_gives_EPERM_nobody_is_left()
    {
        int id = Start("true");
        ChildWait.Block(id);
        var handle = new UnixChildHandle(id, ExitNotice.OpenPipe(id), leadsGroup: true, new GroupSignals((_, _) => 1 /* EPERM */, skipsZombies: true));
        handle.SignalAll(0).ShouldBe(Errno.ESRCH);
        handle.TryEnd(forGroup: true).ShouldBeTrue();
        handle.SignalAll(SignalNumbers.Kill).ShouldBe(Errno.ESRCH);
        End(handle);
    }

    [Fact]
    public void EPERM_of_a_group_whose_leader_lives_is_the_caller_s_to_know_of()
    {
        int id = Start("sleep", "100");
        var handle = new UnixChildHandle(id, ExitNotice.OpenPipe(id), leadsGroup: true, new GroupSignals((_, _) => 1 /* EPERM */, skipsZombies: true));
        handle.SignalAll(0).ShouldBe(1);
        handle.Signal(SignalNumbers.Kill).ShouldBe(Errno.Ok);
        ChildWait.Block(id);
        handle.TryEnd(forGroup: true).ShouldBeTrue();
        End(handle);
    }

    [Fact]
    public void A_group_of_which_the_leader_alone_was_there_has_no_others_when_it_was_reaped()
    {
        int id = Start("true");
        var handle = new UnixChildHandle(id, ExitNotice.Open(id), leadsGroup: true, GroupSignals.OfSystem);
        ChildWait.Block(id);
        handle.TryEnd(forGroup: true).ShouldBeTrue();
        handle.HasOthers().ShouldBeFalse();
        End(handle);
    }

    private static int Start(params string[] arguments)
    {
        var request = new SpawnRequest
        {
            Path = "/bin/" + arguments[0],
            Arguments = arguments,
            Environment = [],
            NewProcessGroup = true,
            Sources = [null, null, null],
        };
        Spawner.Spawn(request, out int id).ShouldBe(0);
        return id;
    }

    private static void End(UnixChildHandle handle)
    {
        handle.Release();
        handle.EndWatch();
    }

    /// <summary>What /proc has of a process: without <paramref name="threads"/>, its first thread alone.</summary>
    private void Add(int id, int group, char state, params (int Id, char State)[] threads)
    {
        Write(id.ToString(), id, state, group);
        foreach (var thread in threads.Length > 0 ? threads : [(id, state)])
            Write($"{id}/task/{thread.Id}", thread.Id, thread.State, group);
    }

    private void Write(string folder, int id, char state, int group)
    {
        string path = Path.Combine(_processes.Path, folder);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "stat"), $"{id} (a (strange) name) {state} 1 {group} {group} 0 -1\n");
    }
}
