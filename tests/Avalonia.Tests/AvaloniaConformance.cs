using IOLoops.Conformance;
using Xunit.Sdk;
using Xunit.v3;

// All tests share one UI thread, and some block it.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace IOLoops.AvaloniaTests;

public sealed class Rx_over_the_scheduler_of_Avalonia() : LoopConformance(new AvaloniaFixture(AvaloniaKind.Scheduler));

public sealed class The_SynchronizationContext_of_Avalonia() : LoopConformance(new AvaloniaFixture(AvaloniaKind.SynchronizationContext));
