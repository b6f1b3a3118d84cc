using System.Net;

/// <summary>An address of a network link (an interface), by the link's index.</summary>
internal readonly record struct NetworkAddress(int Link, IPAddress Address, int PrefixLength);
