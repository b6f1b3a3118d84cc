namespace IOLoops.Turns;

/// <summary>Whether another turn follows.</summary>
internal enum NextTurnKind
{
    /// <summary>None: the run was stopped.</summary>
    Stop,

    /// <summary>One follows at once: the loop stays awake, and nothing else will post a turn for it.</summary>
    Again,

    /// <summary>None until the loop is woken, which any thread may do from now on.</summary>
    Sleep,
}
