using IOLoops.Analyzers.CodeFixes;

namespace IOLoops.Analyzers.Tests;

public sealed class DescriptorTests
{
    [Fact]
    public Task A_number_is_replaced_by_its_owner() => Code.Becomes<BareDescriptorAnalyzer, OwnerFix>(
        """
            void Use(IOLoop loop, Socket socket, SafeFileHandle handle, IOHandler handler)
            {
                int number = (int)socket.Handle;
                loop.AddHandler({|IOL0005:(int)handle.DangerousGetHandle()|}, handler, IOEvents.Read);
                loop.AddHandler({|IOL0005:socket.Handle.ToInt32()|}, handler, IOEvents.Read);
                loop.UpdateHandler({|IOL0005:FileDescriptor.From(socket.Handle)|}, IOEvents.Read);
                loop.RemoveHandler({|IOL0005:number|});
            }
        """,
        """
            void Use(IOLoop loop, Socket socket, SafeFileHandle handle, IOHandler handler)
            {
                int number = (int)socket.Handle;
                loop.AddHandler(handle, handler, IOEvents.Read);
                loop.AddHandler(socket, handler, IOEvents.Read);
                loop.UpdateHandler(socket, IOEvents.Read);
                loop.RemoveHandler(socket);
            }
        """);

    [Fact]
    public Task An_owner_that_is_no_variable_or_a_descriptor_that_is_no_argument_has_no_fix() => Code.Becomes<BareDescriptorAnalyzer, OwnerFix>(
        """
            void Use(IOLoop loop, FileStream file)
            {
                loop.RemoveHandler({|IOL0005:(int)file.SafeFileHandle.DangerousGetHandle()|});
                FileDescriptor fd = {|IOL0005:(int)file.SafeFileHandle.DangerousGetHandle()|};
            }
        """,
        """
            void Use(IOLoop loop, FileStream file)
            {
                loop.RemoveHandler({|IOL0005:(int)file.SafeFileHandle.DangerousGetHandle()|});
                FileDescriptor fd = {|IOL0005:(int)file.SafeFileHandle.DangerousGetHandle()|};
            }
        """);

    [Fact]
    public Task Owners_and_numbers_of_elsewhere_are_not_reported() => Code.Reports<BareDescriptorAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket, SafeFileHandle handle, int number, nint pointer, IOHandler handler)
            {
                loop.AddHandler(socket, handler, IOEvents.Read);
                loop.AddHandler(handle, handler, IOEvents.Read);
                loop.AddHandler(number, handler, IOEvents.Read);
                loop.AddHandler(FileDescriptor.From(pointer), handler, IOEvents.Read);
                Console.WriteLine((int)handle.DangerousGetHandle());
                int changed = (int)socket.Handle;
                changed = number;
                loop.RemoveHandler(changed);
            }
        """);

    [Fact]
    public Task The_handler_is_removed_before_its_descriptor_is_closed() => Code.Becomes<ClosedTooEarlyAnalyzer, RemoveFirstFix>(
        """
            void Use(IOLoop loop, Socket socket)
            {
                Console.WriteLine("first");
                socket.Dispose();
                // nothing waits
                {|IOL0006:loop.RemoveHandler(socket)|};
                Console.WriteLine("last");
            }
        """,
        """
            void Use(IOLoop loop, Socket socket)
            {
                Console.WriteLine("first");
                // nothing waits
                loop.RemoveHandler(socket);
                socket.Dispose();
                Console.WriteLine("last");
            }
        """);

    [Fact]
    public Task Removed_before_or_another_registration_is_not_reported() => Code.Reports<ClosedTooEarlyAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket, Socket other, Func<Socket> open)
            {
                loop.RemoveHandler(socket);
                socket.Dispose();
                loop.RemoveHandler(other);
                other.Dispose();
                other = open();
                loop.RemoveHandler(other);
                if (other.Connected) { other.Close(); return; }
                loop.RemoveHandler(other);
            }
            void Use(IOLoop loop, SafeFileHandle held) { held.Dispose(); loop.RemoveHandler(held); }
            async Task Use(IOLoop loop, FileStream file) { await file.DisposeAsync(); await loop.RemoveHandlerAsync(file.SafeFileHandle); }
        """);
}
