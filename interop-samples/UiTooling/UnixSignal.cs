namespace IOLoops.Samples;

/// <summary>The signals that are used here, with Linux's numbers.</summary>
internal enum UnixSignal
{
    None = 0,
    HangUp = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Pipe = 13,
    Terminate = 15,
}
