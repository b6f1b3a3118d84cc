namespace IOLoops.Hosting;

/// <summary>What becomes of work that a thread of the pool gives to the host.</summary>
internal interface IPoolPosts
{
    /// <summary>A thread of the pool will give it: from here on, until <see cref="EndPost"/>, the host does not have it.</summary>
    void Defer(Action work);

    /// <summary>On the thread of the pool, before it gives the work.</summary>
    /// <returns>The value to pass to <see cref="EndPost"/>.</returns>
    int BeginPost(Action work);

    /// <summary>On the thread of the pool: the host has taken the work.</summary>
    void EndPost(int begun);

    /// <summary>On the thread of the pool: the host has refused the work.</summary>
    void FailPost(Action work, Exception exception);
}
