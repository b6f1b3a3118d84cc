using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>A reference to a message. On the loop's thread.</summary>
internal sealed unsafe class BusMessage : SafeHandle
{
    private const byte StringType = (byte)'s';
    private const byte NumberType = (byte)'u';

    internal BusMessage(nint message) : base(0, ownsHandle: true) => SetHandle(message);

    public override bool IsInvalid => handle == 0;

    /// <summary>A second reference to a message that belongs to sd-bus.</summary>
    internal static BusMessage Share(nint message) => new(LibSystemd.sd_bus_message_ref(message));

    internal bool IsCall(string @interface, string member) =>
        LibSystemd.sd_bus_message_is_method_call(this, @interface, member) > 0;

    internal void Append(string text) =>
        LibSystemd.Check(LibSystemd.sd_bus_message_append_basic(this, StringType, text), "sd_bus_message_append_basic");

    internal string ReadString()
    {
        byte* text;
        LibSystemd.Check(LibSystemd.sd_bus_message_read_basic(this, StringType, &text), "sd_bus_message_read_basic");
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    internal uint ReadNumber()
    {
        uint number;
        LibSystemd.Check(LibSystemd.sd_bus_message_read_basic(this, NumberType, &number), "sd_bus_message_read_basic");
        return number;
    }

    /// <exception cref="BusException">The message is an error.</exception>
    internal void ThrowIfError()
    {
        var error = LibSystemd.sd_bus_message_get_error(this);
        if (error != null)
            throw new BusException(Marshal.PtrToStringUTF8((nint)error->Name)!, Marshal.PtrToStringUTF8((nint)error->Message) ?? "");
    }

    protected override bool ReleaseHandle()
    {
        LibSystemd.sd_bus_message_unref(handle);
        return true;
    }
}
