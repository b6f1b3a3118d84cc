using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>Works one loop, for one round, until the token says that it is over.</summary>
internal abstract class Workload(Life life, Random random)
{
    protected Life Life { get; } = life;

    /// <summary>Chance, by the seed. Used by one thread at a time.</summary>
    protected Random Random { get; } = random;

    /// <summary>Works, then takes everything back, then ends.</summary>
    internal abstract Task RunAsync(CancellationToken over);

    protected bool Chance(int of) => Random.Next(of) == 0;

    /// <summary>Threads of the program: a pause of chance, so that the loop sometimes falls asleep.</summary>
    protected void Pause(CancellationToken over)
    {
        switch (Random.Next(4))
        {
            case 0:
                Thread.Yield();
                break;
            case 1:
                Thread.SpinWait(Random.Next(2000));
                break;
            default:
                over.WaitHandle.WaitOne(Random.Next(1, 4));
                break;
        }
    }

    /// <summary>On the loop: a pause of chance, in which turns run.</summary>
    protected async Task PauseOnLoop(string what)
    {
        if (Chance(2))
            await Task.Yield();
        else
            await Task.Delay(TimeSpan.FromMicroseconds(Random.Next(1, 4000)), Life.Loop.TimeProvider);
        Life.Ledger.CheckThread(what);
    }

    protected Task OnLoop(Func<Task> work) => Life.Loop.InvokeAsync(work);
}
