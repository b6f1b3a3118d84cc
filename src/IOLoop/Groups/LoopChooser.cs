namespace IOLoops.Groups;

/// <summary>Which loop is the next to get work. Any thread.</summary>
internal sealed class LoopChooser(LoopMember[] members, LoopDistribution distribution)
{
    private uint _calls; // interlocked; may overflow

    /// <returns>Null: none is available.</returns>
    internal LoopMember? Next()
    {
        uint start = (Interlocked.Increment(ref _calls) - 1) % (uint)members.Length;
        return distribution == LoopDistribution.LeastLoaded ? LeastLoaded((int)start) : FirstAvailable((int)start);
    }

    private LoopMember? FirstAvailable(int start)
    {
        for (int i = 0; i < members.Length; i++)
        {
            var member = At(start + i);
            if (member.IsAvailable)
                return member;
        }
        return null;
    }

    /// <summary>Begins to look at another loop each time, so that equals take turns.</summary>
    private LoopMember? LeastLoaded(int start)
    {
        LoopMember? least = null;
        int lowest = int.MaxValue;
        for (int i = 0; i < members.Length; i++)
        {
            var member = At(start + i);
            if (!member.IsAvailable)
                continue;
            int load = member.Load;
            if (least is not null && load >= lowest)
                continue;
            least = member;
            lowest = load;
        }
        return least;
    }

    private LoopMember At(int index) => members[index < members.Length ? index : index - members.Length];
}
