using System.Runtime.InteropServices;

/// <summary>The part of libpq that this sample calls.</summary>
internal static unsafe partial class Libpq
{
    // ConnStatusType
    internal const int ConnectionBad = 1;

    // PostgresPollingStatusType
    internal const int PollingReading = 1;
    internal const int PollingWriting = 2;
    internal const int PollingOk = 3;

    // ExecStatusType
    private const int CommandOk = 1;
    private const int TuplesOk = 2;
    private const int CopyOut = 3;
    private const int CopyIn = 4;
    private const int CopyBoth = 8;

    private const string Library = "libpq.so.5";

    /// <summary>PGnotify.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Notify
    {
        internal nint Channel;
        internal int Backend;
        internal nint Payload;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint PQconnectStart(string parameters);

    [LibraryImport(Library)]
    internal static partial int PQconnectPoll(nint connection);

    [LibraryImport(Library)]
    internal static partial int PQstatus(nint connection);

    [LibraryImport(Library)]
    internal static partial int PQsocket(nint connection);

    [LibraryImport(Library)]
    private static partial nint PQerrorMessage(nint connection);

    [LibraryImport(Library)]
    internal static partial int PQsetnonblocking(nint connection, int nonBlocking);

    [LibraryImport(Library)]
    internal static partial void PQfinish(nint connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PQsendQueryParams(nint connection, string command, int count, nint types, string[] values, nint lengths, nint formats, int resultFormat);

    [LibraryImport(Library)]
    internal static partial int PQflush(nint connection);

    [LibraryImport(Library)]
    internal static partial int PQconsumeInput(nint connection);

    [LibraryImport(Library)]
    internal static partial int PQisBusy(nint connection);

    [LibraryImport(Library)]
    internal static partial nint PQgetResult(nint connection);

    [LibraryImport(Library)]
    private static partial int PQresultStatus(nint result);

    [LibraryImport(Library)]
    private static partial nint PQresultErrorMessage(nint result);

    [LibraryImport(Library)]
    private static partial int PQntuples(nint result);

    [LibraryImport(Library)]
    private static partial nint PQgetvalue(nint result, int row, int column);

    [LibraryImport(Library)]
    internal static partial void PQclear(nint result);

    [LibraryImport(Library)]
    private static partial Notify* PQnotifies(nint connection);

    [LibraryImport(Library)]
    private static partial void PQfreemem(void* memory);

    /// <summary>What libpq says of its last failure.</summary>
    internal static PostgresException Failure(nint connection) => new(Text(PQerrorMessage(connection)).Trim());

    internal static bool Send(nint connection, string command, string[] arguments) =>
        PQsendQueryParams(connection, command, arguments.Length, 0, arguments, 0, 0, 0) != 0;

    /// <summary>Whether the server waits until data has been copied.</summary>
    internal static bool IsCopy(nint result) => PQresultStatus(result) is CopyOut or CopyIn or CopyBoth;

    /// <summary>The first value of a result, null when it has no rows, or why the command failed.</summary>
    internal static (string? Value, PostgresException? Failure) Read(nint result) => PQresultStatus(result) switch
    {
        TuplesOk => (PQntuples(result) > 0 ? Text(PQgetvalue(result, 0, 0)) : null, null),
        CommandOk => (null, null),
        _ => (null, new PostgresException(Text(PQresultErrorMessage(result)).Trim())),
    };

    /// <summary>Takes the notifications that have come.</summary>
    internal static List<Notification> TakeNotifications(nint connection)
    {
        var taken = new List<Notification>();
        while (PQnotifies(connection) is var notify && notify is not null)
        {
            taken.Add(new(Text(notify->Channel), Text(notify->Payload), notify->Backend));
            PQfreemem(notify);
        }
        return taken;
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text)!;
}
