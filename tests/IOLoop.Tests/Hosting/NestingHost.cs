namespace IOLoops.Tests.Hosting;

/// <summary>A strict host that says that something inside a callback may pump it without asking the loop.</summary>
public sealed class NestingHost() : StrictHost(isPumpable: true), INestingHost
{
}
