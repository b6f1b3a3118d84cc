namespace IOLoops.Conformance;

/// <summary>What callbacks of tests throw on purpose.</summary>
public sealed class TestException : Exception
{
    /// <summary>A failure without a text of its own.</summary>
    public TestException()
        : this("thrown on purpose")
    {
    }

    /// <summary>A failure with a text.</summary>
    public TestException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with a text and a cause.</summary>
    public TestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
