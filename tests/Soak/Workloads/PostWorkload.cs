using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>A thread that posts callbacks, in each way, in bursts and one by one.</summary>
internal sealed class PostWorkload(Life life, Random random) : Workload(life, random)
{
    private const int MostLeft = 200;

    internal override Task RunAsync(CancellationToken over) => Worker.Start("soak poster", () => Post(over));

    private void Post(CancellationToken over)
    {
        var callbacks = new Lane(Life, "a callback", Work.Posts);
        var signals = new Lane(Life, "a callback from a signal", Work.Posts);
        while (!over.IsCancellationRequested)
        {
            for (int i = Random.Next(1, 30); i > 0; i--)
            {
                if (Chance(3))
                    Life.Access.PostFromSignal(signals.Take());
                else
                    Life.Access.Post(callbacks.Take(), Random.Next(LoopAccess.Ways));
            }
            int left = Chance(3) ? 0 : MostLeft;
            if (left == 0)
                Life.Access.Wake(callbacks.Take(), Random.Next(LoopAccess.Ways));
            if (!callbacks.WaitUntilLeft(left) || !signals.WaitUntilLeft(left))
                return;
            Pause(over);
        }
        Life.Access.Wake(callbacks.Take(), 0);
        callbacks.Finish();
        signals.Finish();
    }
}
