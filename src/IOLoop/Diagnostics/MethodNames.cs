using System.Reflection;

namespace IOLoops.Diagnostics;

/// <summary>
/// Names methods as they stand in the source: <c>Echo.OnAccept</c> for the compiler's
/// <c>Echo+&lt;&gt;c__DisplayClass13_0.&lt;OnAccept&gt;b__0</c>.
/// </summary>
/// <remarks>
/// The compiler puts the source's name between angle brackets, which nest: <c>&lt;M&gt;b__0</c> is a lambda in M,
/// <c>&lt;M&gt;g__L|0_0</c> the local function L in M, <c>&lt;M&gt;d__5</c> the state machine of M, and a lambda of M that
/// awaits has the state machine <c>&lt;&lt;M&gt;b__0&gt;d</c>. Top-level statements are <c>&lt;Main&gt;$</c>.
/// </remarks>
internal static class MethodNames
{
    private const string TopLevel = "<Main>$";

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(nint)] = "nint",
        [typeof(object)] = "object",
        [typeof(short)] = "short",
        [typeof(string)] = "string",
        [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong",
    };

    internal static string Of(MethodInfo method) =>
        method.DeclaringType is { } type ? Join(PathOf(type, type.GetGenericArguments()), NameOf(method.Name)) : method.Name;

    /// <param name="machine">The type that an asynchronous method's state is kept in.</param>
    internal static string OfStateMachine(Type machine) =>
        Join(machine.DeclaringType is { } type ? PathOf(type, machine.GetGenericArguments()) : "", NameOf(machine.Name));

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The namespace and the types around a method, without those that the compiler made.</summary>
    /// <param name="type">The innermost type.</param>
    /// <param name="arguments">Its type arguments: those of the types around it come first, and those types do not know them.</param>
    private static string PathOf(Type type, Type[] arguments)
    {
        string outer = type.DeclaringType is { } declaring ? PathOf(declaring, arguments) : type.Namespace ?? "";
        if (type.Name.StartsWith("<>", StringComparison.Ordinal))
            return outer;
        int first = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        return Join(outer, TypeName(type.Name) + ListOf(arguments[first..type.GetGenericArguments().Length]));
    }

    private static string ListOf(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(ShortName))}>";

    /// <summary>A type argument as it stands in the source, without its namespace.</summary>
    private static string ShortName(Type type) =>
        Keywords.TryGetValue(type, out string? keyword) ? keyword
        : type.IsArray ? ShortName(type.GetElementType()!) + "[]"
        : TypeName(type.Name) + ListOf(type.GetGenericArguments());

    /// <summary>A type that is local to its file is called &lt;File&gt;F0123__Name.</summary>
    private static string TypeName(string name)
    {
        int close = Closing(name);
        int local = close < 0 ? -1 : name.IndexOf("__", close, StringComparison.Ordinal);
        return WithoutArity(local < 0 ? name : name[(local + 2)..]);
    }

    /// <summary>A method's name in the source.</summary>
    internal static string NameOf(string name)
    {
        int close = Closing(name);
        if (close < 0)
            return WithoutArity(name.TrimStart('.')); // .ctor
        string inner = name[1..close];
        string rest = name[(close + 1)..];
        if (!rest.StartsWith("g__", StringComparison.Ordinal))
            return NameOf(inner);
        string local = rest[3..].Split('|')[0];
        return inner == TopLevel ? local : Join(NameOf(inner), local);
    }

    /// <summary>Where the bracket closes that the name begins with; negative: it does not begin with one.</summary>
    private static int Closing(string name)
    {
        int depth = 0;
        for (int i = 0; i < name.Length && (i == 0 || depth > 0); i++)
        {
            if (name[i] == '<')
                depth++;
            else if (name[i] == '>' && --depth == 0)
                return i;
        }
        return -1;
    }

    private static string WithoutArity(string name) => name.Split('`')[0];
}
