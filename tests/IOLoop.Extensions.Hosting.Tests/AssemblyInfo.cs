using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// Metrics and spans are those of the whole process: loops of other tests would be among them.
[assembly: Parallelization(Mode = ParallelMode.None)]
