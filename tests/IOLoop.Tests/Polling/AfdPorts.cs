using System.Runtime.Versioning;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

[SupportedOSPlatform("windows")]
public sealed class Afd_over_a_port_of_its_own : AfdPortTests
{
    private protected override AfdPoller NewPoller() => new(new AfdPort());
}

[SupportedOSPlatform("windows")]
public sealed class Afd_over_a_shared_port : AfdPortTests
{
    private protected override AfdPoller NewPoller() => new(new SharedAfdPort());
}
