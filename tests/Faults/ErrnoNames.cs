namespace Faults;

/// <summary>The errno values of Linux (x86-64 and arm64) that the table of calls names.</summary>
internal static class ErrnoNames
{
    private static readonly Dictionary<string, int> Numbers = new()
    {
        ["EPERM"] = 1,
        ["ENOENT"] = 2,
        ["ESRCH"] = 3,
        ["EINTR"] = 4,
        ["EIO"] = 5,
        ["ENXIO"] = 6,
        ["E2BIG"] = 7,
        ["ENOEXEC"] = 8,
        ["EBADF"] = 9,
        ["ECHILD"] = 10,
        ["EAGAIN"] = 11,
        ["ENOMEM"] = 12,
        ["EACCES"] = 13,
        ["EFAULT"] = 14,
        ["EBUSY"] = 16,
        ["EEXIST"] = 17,
        ["ENODEV"] = 19,
        ["ENOTDIR"] = 20,
        ["EISDIR"] = 21,
        ["EINVAL"] = 22,
        ["ENFILE"] = 23,
        ["EMFILE"] = 24,
        ["ENOTTY"] = 25,
        ["ETXTBSY"] = 26,
        ["EFBIG"] = 27,
        ["ENOSPC"] = 28,
        ["ESPIPE"] = 29,
        ["EROFS"] = 30,
        ["EPIPE"] = 32,
        ["ERANGE"] = 34,
        ["ENAMETOOLONG"] = 36,
        ["ENOSYS"] = 38,
        ["ELOOP"] = 40,
        ["ENOTSOCK"] = 88,
        ["EPROTO"] = 71,
        ["EOVERFLOW"] = 75,
        ["EOPNOTSUPP"] = 95,
        ["EAFNOSUPPORT"] = 97,
        ["ENETDOWN"] = 100,
        ["ECONNABORTED"] = 103,
        ["ECONNRESET"] = 104,
        ["ENOBUFS"] = 105,
        ["ENOTCONN"] = 107,
        ["ETIMEDOUT"] = 110,
        ["EDQUOT"] = 122,
        ["EPROTOTYPE"] = 91,
        ["ENOPROTOOPT"] = 92,
        ["EPROTONOSUPPORT"] = 93,
        ["EADDRINUSE"] = 98,
        ["EADDRNOTAVAIL"] = 99,
        ["ENETUNREACH"] = 101,
        ["EISCONN"] = 106,
        ["ECONNREFUSED"] = 111,
        ["EALREADY"] = 114,
        ["EINPROGRESS"] = 115,
    };

    /// <summary>What every call is failed with, beside what its manual names.</summary>
    internal static IReadOnlyList<string> Common { get; } = ["EINTR", "EAGAIN", "ENOMEM", "EMFILE", "ENOSPC", "EBADF", "EPERM", "EIO"];

    internal static int Number(string name) => Numbers[name];

    internal static bool IsTransient(int errno) => errno == Numbers["EINTR"] || errno == Numbers["EAGAIN"];
}
