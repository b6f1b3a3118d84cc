using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Samples;

/// <summary>
/// What the sample needs of sd-bus. A connection and its messages belong to one thread at a time. A negative result is an errno.
/// </summary>
internal static unsafe partial class LibSystemd
{
    private const string Library = "libsystemd.so.0";

    // A connection.
    [LibraryImport(Library)]
    internal static partial int sd_bus_new(nint* bus);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_set_address(nint bus, string address);

    [LibraryImport(Library)]
    internal static partial int sd_bus_set_bus_client(nint bus, int isClient);

    [LibraryImport(Library)]
    internal static partial int sd_bus_start(nint bus);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_close_unref(nint bus);

    // What a loop of another kind needs.
    [LibraryImport(Library)]
    internal static partial int sd_bus_get_fd(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_events(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_timeout(nint bus, ulong* microseconds);

    [LibraryImport(Library)]
    internal static partial int sd_bus_process(nint bus, nint* message);

    // What is called when something arrives. The variants that do not wait for the bus.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_request_name_async(nint bus, nint* slot, string name, ulong flags, delegate* unmanaged<nint, nint, nint, int> reply, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_match_signal_async(
        nint bus, nint* slot, string? sender, string path, string @interface, string member,
        delegate* unmanaged<nint, nint, nint, int> callback, delegate* unmanaged<nint, nint, nint, int> installed, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_add_object(nint bus, nint* slot, string path, delegate* unmanaged<nint, nint, nint, int> callback, nint data);

    [LibraryImport(Library)]
    internal static partial int sd_bus_call_async(nint bus, nint* slot, BusMessage message, delegate* unmanaged<nint, nint, nint, int> reply, nint data, ulong microseconds);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_slot_unref(nint slot);

    // Messages.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_new_method_call(nint bus, nint* message, string destination, string path, string @interface, string member);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_new_signal(nint bus, nint* message, string path, string @interface, string member);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_new_method_return(BusMessage call, nint* message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_append_basic(BusMessage message, byte type, string value);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_read_basic(BusMessage message, byte type, void* value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_is_method_call(BusMessage message, string @interface, string member);

    /// <summary>Without names: any call.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_is_method_call(nint message, string? @interface, string? member);

    [LibraryImport(Library)]
    internal static partial BusError* sd_bus_message_get_error(BusMessage message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_send(nint bus, BusMessage message, ulong* cookie);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_message_ref(nint message);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_message_unref(nint message);

    /// <summary>Throws when a call has failed.</summary>
    internal static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(-result)}");
}
