using System.Net;

namespace LoopBench;

/// <summary>An echo server of <see cref="ScaleWorkload"/>.</summary>
internal interface IScaleServer : IDisposable
{
    EndPoint EndPoint { get; }

    /// <summary>The share of the messages that the busiest loop has served; 1 when nobody counts.</summary>
    double BusiestShare { get; }
}
