using System.Runtime.InteropServices;

namespace Figures;

/// <summary>A thread whose calls are counted, and whether the system says that it sleeps.</summary>
internal sealed class MeasuredThread
{
    private static readonly int[] Waits = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? [22, 441, 73] // epoll_pwait, epoll_pwait2, ppoll
        : [232, 281, 441, 7, 271]; // epoll_wait, epoll_pwait, epoll_pwait2, poll, ppoll

    private static readonly int Futex = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    private readonly FileStream _state;
    private readonly FileStream _call;
    private readonly bool _waitsForDescriptors;

    /// <param name="role">What it is for.</param>
    /// <param name="id">The system's number of it.</param>
    /// <param name="waitsForDescriptors">Whether it sleeps in epoll or poll, or as its host likes.</param>
    internal MeasuredThread(string role, int id, bool waitsForDescriptors)
    {
        Role = role;
        Id = id;
        _waitsForDescriptors = waitsForDescriptors;
        _state = File.OpenRead($"/proc/self/task/{id}/stat");
        _call = File.OpenRead($"/proc/self/task/{id}/syscall");
    }

    internal string Role { get; }

    internal int Id { get; }

    /// <summary>
    /// A thread that the tracer has stopped does not count as asleep, nor does one that sleeps in another call than it should.
    /// </summary>
    internal bool IsAsleep()
    {
        Span<byte> text = stackalloc byte[512];
        int length = Libc.ReadFromStart((int)_state.SafeFileHandle.DangerousGetHandle(), text);
        int name = text[..length].LastIndexOf((byte)')');
        if (text[name + 2] != (byte)'S')
            return false;
        length = Libc.ReadFromStart((int)_call.SafeFileHandle.DangerousGetHandle(), text);
        int end = text[..Math.Max(0, length)].IndexOf((byte)' ');
        return end > 0 && int.TryParse(text[..end], out int call) &&
            (Waits.Contains(call) || (!_waitsForDescriptors && call == Futex));
    }

    /// <summary>The threads of this process that have a name.</summary>
    internal static IEnumerable<int> Named(string name) =>
        from folder in Directory.EnumerateDirectories("/proc/self/task")
        where File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd() == name
        select int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);
}
