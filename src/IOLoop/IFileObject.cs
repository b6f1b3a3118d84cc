namespace IOLoops;

/// <summary>
/// Anything that has a file descriptor and can be closed: Tornado's file-like object.
/// Pass one to a loop with <see cref="FileDescriptor.From(IFileObject)"/>.
/// </summary>
public interface IFileObject
{
    /// <summary>The descriptor's number. Read once, when a <see cref="FileDescriptor"/> is made of the object.</summary>
    nint Descriptor { get; }

    /// <summary>
    /// Closes the descriptor. Called by <see cref="IOLoop.CloseFd"/>, on the thread that closes the loop. A
    /// second call must do nothing.
    /// </summary>
    void Close();
}
