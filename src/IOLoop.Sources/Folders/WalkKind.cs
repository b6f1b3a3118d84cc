namespace IOLoops.Sources.Folders;

/// <summary>Why folders are walked.</summary>
internal enum WalkKind
{
    /// <summary>For Add: what is there is not news.</summary>
    Silent,

    /// <summary>Of a new folder: what is in it is reported.</summary>
    Reporting,

    /// <summary>After events were lost: folders that are not there any more are dropped.</summary>
    Renewing,
}
