using System.Diagnostics;

namespace IOLoops.Diagnostics;

/// <summary>A span for each call of a handler, while a listener is attached.</summary>
internal static class LoopTracing
{
    internal const string SourceName = "IOLoop";

    internal static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a span, in the handler's context. Null: those who listen do not want this one.</summary>
    /// <param name="tags">The loop's, by which listeners may choose.</param>
    /// <param name="handler">What is called.</param>
    /// <param name="fd">For which descriptor.</param>
    /// <param name="events">And why.</param>
    internal static Activity? Begin(KeyValuePair<string, object?>[] tags, Delegate handler, int fd, IOEvents events)
    {
        var outer = Activity.Current;
        Activity? span;
        try
        {
            span = Source.StartActivity("IOLoop handler", ActivityKind.Internal, default(ActivityContext), tags);
        }
        catch (Exception)
        {
            Activity.Current = outer; // a listener has thrown after the span had become the current one: it would never end
            throw;
        }
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("ioloop.descriptor", fd);
            span.SetTag("ioloop.events", events.ToString());
            span.SetTag("code.function.name", LoopLog.Describe(handler));
        }
        return span;
    }

    internal static void End(Activity span, Exception? failure)
    {
        if (failure is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, LoopLog.MessageOf(failure));
            span.SetTag("error.type", failure.GetType().FullName);
        }
        span.Dispose();
    }
}
