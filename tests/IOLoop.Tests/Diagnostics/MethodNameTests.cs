using IOLoops.Conformance;
using IOLoops.Diagnostics;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>What entries call a delegate: as it stands in the source, not as the compiler named it.</summary>
public sealed class MethodNameTests
{
    private const string Here = "IOLoops.Tests.Diagnostics.MethodNameTests";

    public static TheoryData<string, string> Delegates => new()
    {
        { "method", "Echo.OnAccept" },
        { "closure", "Echo.OnAccept" },
        { "lambda that captures nothing", "Echo.OnAccept" },
        { "lambda that captures this alone", "Echo.OnAccept" },
        { "asynchronous lambda", "Echo.OnAccept" },
        { "nested lambda", "Echo.OnAccept" },
        { "local function", "Echo.OnAccept.Local" },
        { "static local function", "Echo.OnAccept.StaticLocal" },
        { "lambda in a local function", "Echo.OnAccept" },
        { "constructor", "Echo.ctor" },
        { "property", "Echo.get_Property" },
        { "explicit interface", "Echo.System.IFormattable.ToString" },
        { "generic type", "Generic<int>.OnAccept" },
        { "closure in a generic type", "Generic<int>.OnAccept" },
        { "generic type of references", "Generic<string>.OnAccept" },
        { "type in a generic type", "Generic<List<string[]>>.Inner<DayOfWeek>.OnAccept" },
        { "generic method", "Echo.OnGeneric" },
        { "file-local type", "FileLocalEcho.OnAccept" },
    };

    public static TheoryData<string, string> Awaiting => new()
    {
        { "method", "Echo.OnAcceptAsync" },
        { "lambda", "Echo.OnAccept" },
        { "lambda that captures nothing", "Echo.OnAccept" },
        { "local function", "Echo.OnAccept.LocalAsync" },
        { "generic method", "Echo.OnGenericAsync" },
        { "generic type", "Generic<int>.OnAcceptAsync" },
    };

    [Theory, MemberData(nameof(Delegates))]
    public void A_delegate_is_named_by_its_method_in_the_source(string kind, string name) =>
        LoopLog.Describe(new Echo().Make(kind)).ShouldBe(
            kind == "file-local type" ? $"IOLoops.Tests.Diagnostics.{name}" : $"{Here}.{name}");

    [Theory, MemberData(nameof(Awaiting))]
    public void A_continuation_is_named_by_the_method_that_awaited(string kind, string name)
    {
        var context = new KeepingContext();
        OtherThread.Run(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            _ = new Echo().MakeAsync(kind)();
        });
        LoopLog.AwaitingMethod(context.Posted.ShouldHaveSingleItem()).ShouldBe($"{Here}.{name}");
    }

    [Theory]
    [InlineData("<Main>$", "Main")]
    [InlineData("<<Main>$>b__0_0", "Main")]
    [InlineData("<<Main>$>g__OnAccept|0_0", "OnAccept")]
    [InlineData("<<<Main>$>g__OnAccept|0_0>d", "OnAccept")]
    [InlineData("<<Main>$>d__0", "Main")]
    public void What_a_program_of_top_level_statements_runs_is_named_without_what_the_compiler_adds(string compiled, string name) =>
        MethodNames.NameOf(compiled).ShouldBe(name);

    // Row: Failing handler or callback
    [Fact]
    public void An_entry_names_the_loop_once_and_the_method_in_the_source()
    {
        using var written = new StringWriter();
        var logger = new StandardErrorLogger("echo", written);
        LoopLog.CallbackFailed(logger, new TestException(), "echo", LoopLog.Describe(new Echo().Make("closure")));
        LoopLog.CallbacksDropped(logger, "echo", 2, "Echo.OnAccept");
        LoopLog.HostLost(logger, new TestException(), "echo");
        LoopLog.Blocked(logger, "echo", "The loop has been stuck");
        string[] lines = written.ToString().Split(Environment.NewLine);
        lines[0].ShouldBe($"[echo] Error: {Here}.Echo.OnAccept failed.");
        var entries = lines.Where(line => line.StartsWith('[')).ToList();
        entries.Count.ShouldBe(4);
        entries.ShouldAllBe(line => line.IndexOf("echo", 1, StringComparison.Ordinal) == line.LastIndexOf("echo", StringComparison.Ordinal));
    }

    private sealed class KeepingContext : SynchronizationContext
    {
        internal List<object?> Posted { get; } = [];

        public override void Post(SendOrPostCallback d, object? state) => Posted.Add(state);
    }

    private sealed class Echo : IFormattable
    {
        private readonly Action _constructed;
        private int _count;

        internal Echo()
        {
            int local = 0;
            _constructed = () => local++;
        }

        internal Delegate Make(string kind) => kind switch
        {
            "method" => (Action)OnAccept,
            "constructor" => _constructed,
            "property" => Property,
            "explicit interface" => (Func<string?, IFormatProvider?, string>)((IFormattable)this).ToString,
            "generic type" => (Action)new Generic<int>().OnAccept,
            "generic type of references" => (Action)new Generic<string>().OnAccept,
            "type in a generic type" => (Action)new Generic<List<string[]>>.Inner<DayOfWeek>().OnAccept,
            "closure in a generic type" => new Generic<int>().OnAccept(1),
            "generic method" => OnGeneric(1),
            "file-local type" => (Action)FileLocalEcho.OnAccept,
            _ => OnAccept(kind),
        };

        internal Func<Task> MakeAsync(string kind) => kind switch
        {
            "method" => OnAcceptAsync,
            "generic method" => OnGenericAsync<int>,
            "generic type" => new Generic<int>().OnAcceptAsync,
            _ => (Func<Task>)OnAccept($"asynchronous {kind}"),
        };

        private Action Property
        {
            get
            {
                int local = _count;
                return () => local++;
            }
        }

        string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => "";

        private void OnAccept() => _count++;

        private Delegate OnAccept(string kind)
        {
            int local = _count;
            Func<Task> awaiting = async () =>
            {
                await Task.Yield();
                local++;
            };
            void Local() => local++;
            static void StaticLocal() => Console.Out.Flush();
            async Task LocalAsync() => await Task.Yield();
            Action LambdaInside() => () => local++;
            return kind switch
            {
                "closure" => () => local++,
                "lambda that captures nothing" => static () => Console.Out.Flush(),
                "lambda that captures this alone" => () => _count++,
                "asynchronous lambda that captures nothing" => static async () => await Task.Yield(),
                "asynchronous lambda" => awaiting,
                "asynchronous local function" => LocalAsync,
                "nested lambda" => ((Func<Action>)(() => () => local++))(),
                "local function" => Local,
                "static local function" => StaticLocal,
                _ => LambdaInside(),
            };
        }

        private async Task OnAcceptAsync()
        {
            await Task.Yield();
            _count++;
        }

        private static Action OnGeneric<T>(T value) => () => value!.ToString();

        private static async Task OnGenericAsync<T>() => await Task.Yield();
    }

    private sealed class Generic<T>
    {
        private T? _value;

        internal void OnAccept() => _value = default;

        internal sealed class Inner<TInner>
        {
            internal void OnAccept() => GC.KeepAlive(this);
        }

        internal Action OnAccept(T value) => () => _value = value;

        internal async Task OnAcceptAsync()
        {
            await Task.Yield();
            _value = default;
        }
    }
}

file static class FileLocalEcho
{
    internal static void OnAccept() => Console.Out.Flush();
}
