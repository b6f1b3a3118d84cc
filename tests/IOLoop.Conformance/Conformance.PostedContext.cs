using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Which <see cref="ExecutionContext"/> runs what is posted to the loop's <see cref="SynchronizationContext"/>.</summary>
public abstract partial class LoopConformance
{
    // Row: Context (Post)
    [Fact]
    public void What_is_posted_runs_in_the_context_of_the_poster()
    {
        var seen = new Dictionary<string, string?>();
        InLoop("posts", async () =>
        {
            var source = new TaskCompletionSource();
            Local.Value = "OnCompleted";
            source.Task.GetAwaiter().OnCompleted(() => seen["OnCompleted"] = Local.Value);
            Local.Value = "Post";
            SynchronizationContext.Current!.Post(_ => seen["Post"] = Local.Value, null);
            Local.Value = "Progress";
            IProgress<int> progress = new Progress<int>(_ => seen["Progress"] = Local.Value);
            progress.Report(1);
            Local.Value = null;
            OtherThread.Run(source.SetResult);
            await Within(Turns(2));
        });
        seen.ShouldBe(
            new Dictionary<string, string?> { ["Post"] = "Post", ["Progress"] = "Progress", ["OnCompleted"] = "OnCompleted" }, ignoreOrder: true);
    }

    [Fact]
    public void What_other_threads_post_runs_in_their_context()
    {
        var seen = new List<string?>();
        InLoop("posts of another thread", async () =>
        {
            var context = Loop.SynchronizationContext;
            OtherThread.Run(() =>
            {
                Local.Value = "another thread";
                context.Post(_ => seen.Add(Local.Value), null);
            });
            await Within(Turns(2));
        });
        seen.ShouldBe(["another thread"]);
    }

    [Fact]
    public void What_is_posted_while_the_loop_does_not_run_keeps_its_context_until_it_does()
    {
        string? seen = null;
        Local.Value = "poster";
        Loop.SynchronizationContext.Post(_ => seen = Local.Value, null);
        Local.Value = null;
        RunTurns(1);
        seen.ShouldBe("poster");
    }

    [Fact]
    public void A_poster_that_suppresses_the_flow_hands_over_no_context()
    {
        var seen = new List<string?>();
        Local.Value = "poster";
        using (ExecutionContext.SuppressFlow())
            Loop.SynchronizationContext.Post(_ => seen.Add(Local.Value), null);
        Local.Value = null;
        RunTurns(1);
        seen.ShouldBe([null]);
    }

    [Fact]
    public void Changes_made_in_what_is_posted_do_not_leak_into_what_runs_next()
    {
        var seen = new List<string?>();
        void SeeAndChange(string what)
        {
            seen.Add(Local.Value);
            Local.Value = what;
        }
        Local.Value = "poster";
        Loop.SynchronizationContext.Post(_ => SeeAndChange("leaked"), null);
        Loop.SynchronizationContext.Post(_ => SeeAndChange("leaked"), null);
        Local.Value = null;
        Loop.SynchronizationContext.Post(_ => SeeAndChange("leaked"), null);
        Loop.SpawnCallback(() => SeeAndChange("leaked"));
        Loop.CallAt(Loop.Time, () => SeeAndChange("leaked"));
        RunTurns(1);
        seen.ShouldBe(["poster", "poster", null, null, null]);
        Local.Value.ShouldBeNull();
    }

    // Row: Context (code that resumes after the end of a run)
    [Fact]
    public void What_resumes_after_the_end_of_a_run_has_its_own_context_and_leaks_none()
    {
        var seen = new List<string?>();
        using var resumed = new CountdownEvent(2);
        void SeeAndChange()
        {
            seen.Add(Local.Value);
            Local.Value = "leaked";
            resumed.Signal();
        }
        Loop.AddCallback(() =>
        {
            Local.Value = "first";
            Loop.StopAsync().GetAwaiter().OnCompleted(SeeAndChange);
            Local.Value = null;
            Loop.StopAsync().GetAwaiter().OnCompleted(SeeAndChange);
        });
        Local.Value = "runner";
        Run("code that resumes after the run");
        resumed.Wait(Patience).ShouldBeTrue("code that awaited the end of the run did not resume");
        seen.ShouldBe(["first", null]);
        Local.Value.ShouldBe("runner");
    }

    // Row: Memory (a steady state allocates nothing)
    [Theory, InlineData(null), InlineData("set")]
    public void An_await_that_resumes_on_the_loop_allocates_nothing(string? local)
    {
        Loop.AddCallback(async () =>
        {
            Local.Value = local;
            while (!Meter.IsDone())
                await Task.Yield();
            Loop.Stop();
        });
        MeasureToStop("awaits");
    }
}
