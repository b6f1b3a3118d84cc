namespace IOLoops.Coyote;

/// <summary>Descriptors that no system knows. Each is readable while a message waits in it.</summary>
internal static class Descriptors
{
    private static readonly Dictionary<int, int> Waiting = []; // messages of each; guarded by Gate

    /// <summary>Is pulsed whenever one may have become readable.</summary>
    internal static object Gate { get; } = new();

    internal static void Forget()
    {
        lock (Gate)
            Waiting.Clear();
    }

    internal static int Open()
    {
        lock (Gate)
        {
            int number = 1000 + Waiting.Count;
            Waiting.Add(number, 0);
            return number;
        }
    }

    internal static void Send(int number)
    {
        lock (Gate)
        {
            Waiting[number]++;
            Monitor.PulseAll(Gate);
        }
    }

    internal static bool TryReceive(int number)
    {
        lock (Gate)
        {
            if (Waiting[number] == 0)
                return false;
            Waiting[number]--;
            return true;
        }
    }

    internal static void Clear(int number)
    {
        lock (Gate)
            Waiting[number] = 0;
    }

    /// <summary>While <see cref="Gate"/> is held.</summary>
    internal static bool IsReadable(int number) => Waiting[number] > 0;
}
