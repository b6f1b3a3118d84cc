using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>A thread that stops the loop, starts it again, and runs it by RunSync in between, while the others continue.</summary>
internal sealed class RestartWorkload(Life life, Random random) : Workload(life, random)
{
    internal override Task RunAsync(CancellationToken over) => Worker.Start("soak restarter", () =>
    {
        while (!over.WaitHandle.WaitOne(Random.Next(5, 150)))
        {
            if (!Life.Stop())
                return;
            over.WaitHandle.WaitOne(Random.Next(4)); // in which nothing may run
            if (Chance(3))
            {
                Life.RunFor(TimeSpan.FromMilliseconds(Random.Next(1, 30)));
                over.WaitHandle.WaitOne(Random.Next(4));
            }
            Life.Start();
            Life.Tally.Add(Work.Restarts);
        }
    });
}
