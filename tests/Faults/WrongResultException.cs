namespace Faults;

/// <summary>The workload went on without an error and got something wrong: no failure excuses that.</summary>
internal sealed class WrongResultException(string message) : Exception(message);
