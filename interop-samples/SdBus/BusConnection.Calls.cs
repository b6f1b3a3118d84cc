namespace IOLoops.Samples;

/// <summary>What can be sent, and what is called when something arrives.</summary>
internal sealed unsafe partial class BusConnection
{
    private const uint PrimaryOwner = 1; // DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER

    private readonly HashSet<BusSlot> _slots = [];

    /// <summary>Asks the bus for a name. Ends when it is this connection's; fails when it is another's.</summary>
    internal Task RequestNameAsync(string name) => Ask(ReadOwnership, slot =>
    {
        nint handle;
        LibSystemd.Check(LibSystemd.sd_bus_request_name_async(_bus, &handle, name, 0, BusSlot.Function, slot.Data), "sd_bus_request_name_async");
        return handle;
    });

    /// <summary>Calls a method that takes and returns a string. Fails with a <see cref="BusException"/>.</summary>
    internal Task<string> CallAsync(string destination, string path, string @interface, string member, string argument, TimeSpan timeout)
    {
        if (_bus == 0)
            return Task.FromException<string>(Closed());
        nint created;
        LibSystemd.Check(LibSystemd.sd_bus_message_new_method_call(_bus, &created, destination, path, @interface, member), "sd_bus_message_new_method_call");
        using var message = new BusMessage(created);
        message.Append(argument);
        return Ask(static answer => answer.ReadString(), slot =>
        {
            nint handle;
            LibSystemd.Check(LibSystemd.sd_bus_call_async(_bus, &handle, message, BusSlot.Function, slot.Data, (ulong)timeout.TotalMicroseconds), "sd_bus_call_async");
            return handle;
        });
    }

    /// <summary>Calls back for each such signal; ends when the bus has noted it. Other subscribers hear it also when the callback throws.</summary>
    internal Task SubscribeAsync(string path, string @interface, string member, Action<BusMessage> callback)
    {
        var slot = new BusSlot(_loop, (_, message) =>
        {
            callback(message);
            return false; // others may want it, too
        });
        Begin(slot, () =>
        {
            nint handle;
            LibSystemd.Check(
                LibSystemd.sd_bus_match_signal_async(_bus, &handle, null, path, @interface, member, BusSlot.Function, BusSlot.AnswerFunction, slot.Data),
                "sd_bus_match_signal_async");
            return handle;
        });
        return slot.Answer.Task;
    }

    /// <summary>Calls back for each message to an object. For calls that it does not take, sd-bus answers with an error.</summary>
    internal void Serve(string path, Func<BusMessage, bool> callback)
    {
        var slot = new BusSlot(_loop, (_, message) => callback(message));
        Begin(slot, () =>
        {
            nint handle;
            LibSystemd.Check(LibSystemd.sd_bus_add_object(_bus, &handle, path, BusSlot.Function, slot.Data), "sd_bus_add_object");
            return handle;
        });
    }

    /// <summary>Answers a call, inside its callback or later.</summary>
    internal void Reply(BusMessage call, string result)
    {
        ThrowIfClosed();
        nint created;
        LibSystemd.Check(LibSystemd.sd_bus_message_new_method_return(call, &created), "sd_bus_message_new_method_return");
        Send(created, result);
    }

    internal void Emit(string path, string @interface, string member, string argument)
    {
        ThrowIfClosed();
        nint created;
        LibSystemd.Check(LibSystemd.sd_bus_message_new_signal(_bus, &created, path, @interface, member), "sd_bus_message_new_signal");
        Send(created, argument);
    }

    private static string ReadOwnership(BusMessage answer) =>
        answer.ReadNumber() == PrimaryOwner ? "" : throw new BusException("org.freedesktop.DBus.Error.Failed", "Another connection has the name.");

    private void Send(nint created, string argument)
    {
        using var message = new BusMessage(created);
        message.Append(argument);
        LibSystemd.Check(LibSystemd.sd_bus_send(_bus, message, null), "sd_bus_send");
        Update(); // it may wait to be written
    }

    private Task<string> Ask(Func<BusMessage, string> read, Func<BusSlot, nint> begin)
    {
        var slot = new BusSlot(_loop, (slot, message) =>
        {
            slot.Complete(message, read);
            _slots.Remove(slot);
            slot.Dispose();
            return true;
        });
        Begin(slot, () => begin(slot));
        return slot.Answer.Task;
    }

    private void Begin(BusSlot slot, Func<nint> begin)
    {
        try
        {
            ThrowIfClosed();
            slot.Handle = begin();
        }
        catch
        {
            slot.Dispose();
            throw;
        }
        _slots.Add(slot);
        Update();
    }

    private void DisposeSlots()
    {
        foreach (var slot in _slots)
        {
            slot.Answer.TrySetException(Closed());
            slot.Dispose();
        }
        _slots.Clear();
    }

    // Before anything is made for a message: sd-bus refuses a connection that is gone as an invalid argument.
    private void ThrowIfClosed()
    {
        if (_bus == 0)
            throw Closed();
    }

    private static BusException Closed() => new("org.freedesktop.DBus.Error.Disconnected", "The connection was closed.");
}
