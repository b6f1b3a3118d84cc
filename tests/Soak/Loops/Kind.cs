using Microsoft.Extensions.Logging;

namespace Soak.Loops;

/// <summary>A kind of loop.</summary>
/// <param name="Name">Its name among the options and in the table.</param>
/// <param name="Create">Makes one, which does not run yet.</param>
/// <param name="IsPoll">Over poll(2), where the kernel does not judge numbers that were closed and opened again.</param>
/// <param name="HasHost">Runs inside a host that can be lost.</param>
/// <param name="CanNest">Can run turns inside a call.</param>
internal sealed record Kind(string Name, Func<ILoggerFactory, long, Subject> Create, bool IsPoll = false, bool HasHost = false, bool CanNest = false);
