using Microsoft.Win32.SafeHandles;

namespace Faults;

/// <summary>Misbehaves on purpose, as FAULTS_PLANT says, after a fault was injected: each plant must be found.</summary>
internal static class Plant
{
    private static readonly string? Kind = Environment.GetEnvironmentVariable("FAULTS_PLANT");
    private static readonly List<SafeFileHandle> Leaked = [];
    private static readonly ManualResetEvent Never = new(false);

    internal static bool Swallows => Kind == "swallow";

    internal static bool HidesTheCall => Kind == "unnamed";

    internal static void Act(IOLoops.IOLoop bystander)
    {
        switch (Kind)
        {
            case "leak":
                Leaked.Add(File.OpenHandle("/dev/null"));
                break;
            case "thread":
                new Thread(static () => Never.WaitOne()) { IsBackground = true, Name = "IOLoop left" }.Start();
                break;
            case "hang":
                Never.WaitOne();
                break;
            case "crash":
                Environment.FailFast("planted");
                break;
            case "wrong":
                throw new WrongResultException("a result that is not what it should be");
            case "bystander":
                bystander.Stop();
                break;
            case "spin":
                Spin();
                break;
            default:
                break;
        }
    }

    private static void Spin()
    {
        using var loop = new IOLoops.PollIOLoop();
        for (int i = 0; i < Trial.MostCalls; i++)
            loop.RunOnce(TimeSpan.Zero);
    }
}
