using System.Reflection;
using IOLoops.Conformance;
using Xunit;

namespace IOLoops.Portability;

/// <summary>One call of one test method.</summary>
internal sealed record TestCase(Type Class, MethodInfo Method, object?[] Arguments)
{
    private const string SkipMark = "$XunitDynamicSkip$";

    public override string ToString() => $"{Class.Name}.{Method.Name}({string.Join(", ", Arguments)})";

    internal static IEnumerable<TestCase> Of(Type type)
    {
        foreach (var method in type.GetMethods())
        {
            if (method.GetCustomAttribute<FactAttribute>() is not { Explicit: false } fact)
                continue;
            foreach (object?[] arguments in fact is TheoryAttribute ? TheoryRows.Of(type, method) : [[]])
                yield return new TestCase(type, method, arguments);
        }
    }

    /// <summary>Runs it.</summary>
    /// <returns>Null when it passed; else why it was skipped, or how it failed.</returns>
    internal (bool Failed, string Why)? Run()
    {
        try
        {
            if (Method.GetCustomAttribute<FactAttribute>()!.Skip is { } skip)
                return (false, skip);
            object test = Activator.CreateInstance(Class)!;
            using var disposed = test as IDisposable;
            if (test is LoopHarness suite && suite.Tested.ExceptionFor(Method.Name) is { } reason)
                return (false, $"{suite.Tested.Name}: {reason}");
            Invoker.For(Method).Invoke(test, Method, Arguments);
            return null;
        }
        catch (Exception exception)
        {
            var cause = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
            return cause.Message.StartsWith(SkipMark, StringComparison.Ordinal)
                ? (false, cause.Message[SkipMark.Length..])
                : (true, cause.ToString());
        }
    }
}
