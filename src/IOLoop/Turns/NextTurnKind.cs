namespace IOLoops.Turns;

/// <summary>Whether another turn follows.</summary>
internal enum NextTurnKind
{
    /// <summary>None: the run was stopped.</summary>
    Stop,

    /// <summary>One does at once: the loop stays awake, and nobody else will post a turn for it.</summary>
    Again,

    /// <summary>None before somebody wakes the loop, as anybody may from now on.</summary>
    Sleep,
}
