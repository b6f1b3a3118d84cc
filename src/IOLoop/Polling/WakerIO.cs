using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>Reads and writes of wakers: EINTR is retried, EAGAIN means that there is nothing to do.</summary>
internal static unsafe class WakerIO
{
    // Modelled in tests/models: close.
    internal static void Write(SafeDescriptor descriptor, void* data, nuint count)
    {
        bool held = false;
        try
        {
            // Counting a reference is lock-free, and makes closing wait for this write: without it, the number could be
            // closed and reused between the check and the call, and a stranger's file be written to.
            descriptor.DangerousAddRef(ref held);
            while (Libc.write(descriptor.Number, data, count) < 0)
            {
                int errno = Errno.Last;
                if (errno == Errno.EAGAIN)
                    return;
                if (errno != Errno.EINTR)
                    throw Errno.Failure("write (waker)", descriptor.Number, errno);
            }
        }
        catch (ObjectDisposedException)
        {
            // The loop was closed: there is nothing left to wake.
        }
        finally
        {
            if (held)
                descriptor.DangerousRelease();
        }
    }

    internal static nint Read(SafeDescriptor descriptor, void* buffer, nuint count)
    {
        while (true)
        {
            nint got = Libc.read(descriptor.Number, buffer, count);
            if (got >= 0)
                return got;
            int errno = Errno.Last;
            if (errno == Errno.EAGAIN)
                return 0;
            if (errno != Errno.EINTR)
                throw Errno.Failure("read (waker)", descriptor.Number, errno);
        }
    }
}
