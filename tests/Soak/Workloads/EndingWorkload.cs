using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>
/// Short lives of loops that end while threads post: by being stopped and closed, or because the host is gone. What was accepted has
/// run, or was reported.
/// </summary>
internal sealed class EndingWorkload(Life life, Random random) : Workload(life, random)
{
    private const int Posters = 2;

    internal override Task RunAsync(CancellationToken over) => Worker.Start("soak ender", () =>
    {
        do
        {
            End();
        }
        while (!over.WaitHandle.WaitOne(Random.Next(5, 60)));
    });

    private void End()
    {
        var one = Life.Another();
        bool isLost = one.Kind.HasHost && Chance(2);
        var posts = new Posts(one);
        var posting = Enumerable.Range(0, Posters).Select(_ => Worker.Start("soak poster", posts.Work)).ToArray();
        one.Start();
        Thread.SpinWait(Random.Next(100_000));
        if (isLost)
            Lose(one);
        else
            one.Stop();
        one.Close();
        if (!new Patience().Wait(Task.WhenAll(posting)))
            Life.Report(Violation.Late, $"a thread that posts has not ended within {Patience.Bound.TotalSeconds} s after Close");
        posts.Check();
        Life.Tally.Add(isLost ? Work.LostHosts : Work.Endings);
    }

    private void Lose(Life one)
    {
        one.Subject.LoseHost();
        one.Ledger.IsStopped = true; // its thread has ended: nothing can run
        Thread.SpinWait(Random.Next(100_000)); // in which a post may find out
        // A turn that the host has dropped is found by a stop alone.
        if (!new Patience().Wait(one.Loop.StopAsync()) || one.Loop.IsRunning)
            Life.Report(Violation.Late, $"the run has not ended within {Patience.Bound.TotalSeconds} s after the host");
    }

    private sealed class Posts(Life one)
    {
        private const int Rest = 50; // a thread that only posts would leave too much to be run

        private int _accepted;
        private int _ran;

        internal void Work()
        {
            for (int i = 1; TryPost(); i++)
            {
                Interlocked.Increment(ref _accepted);
                if (i % Rest == 0)
                    Thread.Sleep(1);
            }
        }

        internal void Check()
        {
            int reported = one.Log.DroppedCallbacks;
            if (_ran + reported != _accepted)
                one.Report(Violation.Lost, $"{_accepted} callbacks were accepted, {_ran} ran, and {reported} were reported");
        }

        private bool TryPost() => one.Access.TryPost(() =>
        {
            using var call = one.Ledger.Enter("a callback of a loop that ends");
            Interlocked.Increment(ref _ran);
        });
    }
}
