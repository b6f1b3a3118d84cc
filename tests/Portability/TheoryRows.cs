using System.Collections;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace IOLoops.Portability;

/// <summary>The arguments of a theory. What cannot be read is an exception: a test that is not run does not go unseen.</summary>
internal static class TheoryRows
{
    internal static IEnumerable<object?[]> Of(Type type, MethodInfo method)
    {
        var rows = method.GetCustomAttributes<DataAttribute>().SelectMany(data => Of(type, method, data)).ToList();
        return rows.Count > 0 ? rows : throw new InvalidOperationException($"{type.Name}.{method.Name}: a theory without rows.");
    }

    private static IEnumerable<object?[]> Of(Type type, MethodInfo method, DataAttribute data) => data switch
    {
        InlineDataAttribute inline => [inline.Data],
        MemberDataAttribute { Arguments.Length: 0 } member => Member(member.MemberType ?? type, member.MemberName).Cast<object?>().Select(Arguments),
        _ => throw new NotSupportedException($"{type.Name}.{method.Name}: rows by {data.GetType().Name} are not supported."),
    };

    private static IEnumerable Member(Type type, string name)
    {
        const BindingFlags Inherited = BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        var method = type.GetProperty(name, Inherited)?.GetMethod ?? type.GetMethod(name, Inherited, [])
            ?? throw new NotSupportedException($"{type.Name}.{name} is no static property and no static method without parameters.");
        // By a delegate, as tests are called, too.
        return method.CreateDelegate<Func<IEnumerable>>()();
    }

    private static object?[] Arguments(object? row) => row switch
    {
        ITheoryDataRow data => data.GetData(),
        object?[] values => values,
        _ => throw new NotSupportedException($"A row that is a {row?.GetType().Name ?? "null"} is not supported."),
    };
}
