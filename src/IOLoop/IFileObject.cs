namespace IOLoops;

/// <summary>
/// Anything that has a file descriptor and can be closed; what Tornado calls a file-like object.
/// Pass one to a loop with <see cref="FileDescriptor.From(IFileObject)"/>.
/// </summary>
public interface IFileObject
{
    /// <summary>The descriptor's number. Read once, when a <see cref="FileDescriptor"/> is made of the object.</summary>
    nint Descriptor { get; }

    /// <summary>
    /// Closes the descriptor. Called by <see cref="IOLoop.CloseFd"/>, on the thread that closes the loop; closing
    /// twice must do no harm.
    /// </summary>
    void Close();
}
