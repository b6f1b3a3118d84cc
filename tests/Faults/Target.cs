namespace Faults;

/// <summary>Whose calls of the C library fail.</summary>
internal enum Target
{
    /// <summary>IOLoop's.</summary>
    Core,

    /// <summary>IOLoop.Sources'.</summary>
    Sources,

    /// <summary>Those that <see cref="System.Net.Sockets.Socket"/> makes: the file <c>calls-sockets</c>.</summary>
    Sockets,
}
