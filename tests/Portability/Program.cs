using System.Runtime.InteropServices;
using IOLoops.Portability;

// Arguments: names of test classes, or of one test of a class: Class.Test. Each test is named when it begins (the last one, if
// the process ends early) and when it is skipped or fails; the last line counts.
// Or, as a child of a test, none.
if (IOLoops.Sources.Tests.Processes.WindowsChildProgram.Run(args) is { } code)
    return code;
var patience = TimeSpan.FromSeconds(90);
int passed = 0, failed = 0, skipped = 0;
var types = new[] { typeof(IOLoops.Tests.NativeFixture), typeof(IOLoops.Rx.Tests.Loops.RxFixture), typeof(IOLoops.VsThreading.Tests.Loops.PumpFixture), typeof(IOLoops.Sources.Tests.SourceHarness), typeof(TestCase) }
    .SelectMany(one => one.Assembly.GetTypes()).ToList();
Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription}");
foreach (string name in args)
{
    string[] parts = name.Split('.');
    var type = types.Single(type => type.Name == parts[0] && !type.IsAbstract);
    var tests = TestCase.Of(type).Where(test => parts.Length < 2 || test.Method.Name == parts[1]).ToList();
    if (tests.Count == 0)
        throw new ArgumentException($"There is no test {name}.");
    foreach (var test in tests)
    {
        Console.WriteLine($"run   {test}");
        var run = Task.Run(test.Run);
        if (!run.Wait(patience))
        {
            Console.WriteLine($"STUCK {test}");
            return 3;
        }
        if (run.Result is not { } result)
        {
            passed++;
            continue;
        }
        Console.WriteLine($"{(result.Failed ? "FAIL" : "skip")}  {test}: {result.Why}");
        if (result.Failed)
            failed++;
        else
            skipped++;
    }
}
Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 && passed > 0 ? 0 : 1;
