using System.Reflection;

namespace IOLoops.Portability;

/// <summary>Calls a test by a delegate.</summary>
internal abstract class Invoker
{
    internal abstract void Invoke(object test, MethodInfo method, object?[] arguments);

    internal static Invoker For(MethodInfo method)
    {
        var types = method.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var open = types.Length switch
        {
            0 => null,
            1 => typeof(Invoker<>),
            2 => typeof(Invoker<,>),
            3 => typeof(Invoker<,,>),
            _ => throw new NotSupportedException($"{method.Name} has {types.Length} parameters: add an Invoker for as many."),
        };
        return open is null ? new PlainInvoker() : (Invoker)Activator.CreateInstance(open.MakeGenericType(types))!;
    }

    protected static void Wait(Task task) => task.GetAwaiter().GetResult();

    protected static bool ReturnsTask(MethodInfo method) => method.ReturnType == typeof(Task)
        || (method.ReturnType == typeof(void) ? false : throw new NotSupportedException($"{method.Name} returns {method.ReturnType}."));

    private sealed class PlainInvoker : Invoker
    {
        internal override void Invoke(object test, MethodInfo method, object?[] arguments)
        {
            if (ReturnsTask(method))
                Wait(method.CreateDelegate<Func<Task>>(test)());
            else
                method.CreateDelegate<Action>(test)();
        }
    }
}

/// <summary>Of one parameter.</summary>
internal sealed class Invoker<T> : Invoker
{
    internal override void Invoke(object test, MethodInfo method, object?[] arguments)
    {
        if (ReturnsTask(method))
            Wait(method.CreateDelegate<Func<T, Task>>(test)((T)arguments[0]!));
        else
            method.CreateDelegate<Action<T>>(test)((T)arguments[0]!);
    }
}

/// <summary>Of two.</summary>
internal sealed class Invoker<T1, T2> : Invoker
{
    internal override void Invoke(object test, MethodInfo method, object?[] arguments)
    {
        if (ReturnsTask(method))
            Wait(method.CreateDelegate<Func<T1, T2, Task>>(test)((T1)arguments[0]!, (T2)arguments[1]!));
        else
            method.CreateDelegate<Action<T1, T2>>(test)((T1)arguments[0]!, (T2)arguments[1]!);
    }
}

/// <summary>Of three.</summary>
internal sealed class Invoker<T1, T2, T3> : Invoker
{
    internal override void Invoke(object test, MethodInfo method, object?[] arguments)
    {
        if (ReturnsTask(method))
            Wait(method.CreateDelegate<Func<T1, T2, T3, Task>>(test)((T1)arguments[0]!, (T2)arguments[1]!, (T3)arguments[2]!));
        else
            method.CreateDelegate<Action<T1, T2, T3>>(test)((T1)arguments[0]!, (T2)arguments[1]!, (T3)arguments[2]!);
    }
}
