using System.Reflection;
using IOLoops.Ownership;

namespace IOLoops.Coyote;

/// <summary>
/// <c>IOLoop.Coyote schedules seed [test...]</c> searches each test, or those that are named, and prints a line for each:
/// "clean" or "found". What is found ends the program with exit code 1.
/// </summary>
internal static class Program
{
    private static readonly Type[] Classes = [typeof(CallbackQueueTests), typeof(SignalQueueTests), typeof(TurnOwnershipTests), typeof(HostedLoopTests), typeof(SleeperTests)];

    private static int Main(string[] arguments)
    {
        _ = DefaultContext.Instance; // begins a thread to find it, which is to be none of a schedule's
        uint schedules = uint.Parse(arguments[0]);
        uint seed = uint.Parse(arguments[1]);
        var tests = Tests().Where(test => arguments.Length == 2 || arguments[2..].Contains(test.Name)).ToList();
        foreach (string name in arguments[2..].Except(tests.Select(test => test.Name)))
            throw new ArgumentException($"there is no test {name}");
        foreach (var test in tests)
        {
            var fault = Search.Run(test.CreateDelegate<Action>(), test.DeclaringType!.IsDefined(typeof(EveryFieldAttribute)), schedules, seed, out int searched);
            Console.WriteLine(fault is null ? $"clean {test.Name}: {searched} schedules" : $"found {test.Name}: schedule {searched}: {fault.ReplaceLineEndings(" ")}");
            if (fault is not null)
                return 1; // what is static is left as that schedule was left: it could serve no other test
        }
        return 0;
    }

    private static IEnumerable<MethodInfo> Tests() =>
        Classes.SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly));
}
