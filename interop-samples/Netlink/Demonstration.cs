using System.Net;
using System.Net.NetworkInformation;
using IOLoops;

/// <summary>What the sample shows, and checks.</summary>
internal sealed class Demonstration(IOLoop loop, bool isDeaf, bool asksOnce)
{
    private const int SmallBuffer = 4096;

    // The sample's own addresses are some of loopback's, so they make nothing reachable that was not before. Each process takes 256 of
    // them at random, so that several can run at once, and looks at no others: those of the machine may change meanwhile.
    private readonly byte[] _network = [127, (byte)Random.Shared.Next(64, 128), (byte)Random.Shared.Next(256)];
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(isDeaf ? 1 : 60);
    private readonly uint _groups = isDeaf ? 0 : NetworkWatch.Groups;

    /// <summary>Whether all was as it should be.</summary>
    internal async Task<bool> RunAsync()
    {
        using var watch = new NetworkWatch(loop, _groups);
        await watch.Listed;
        Console.WriteLine($"links: {string.Join(", ", watch.LinkNames)}");
        Console.WriteLine($"addresses: {string.Join(", ", watch.Addresses.Select(watch.Describe))}");
        bool isRight = IsAsNetSaysIt(watch);
        Console.WriteLine(isRight ? "the same as .NET lists" : "not what .NET lists");

        using var changer = new AddressChanger();
        try
        {
            return isRight && await NoticesAsync(watch, changer) && await RecoversAsync(changer) && await AsksAgainAsync(changer);
        }
        catch (UnauthorizedAccessException refusal)
        {
            Console.WriteLine($"skipped: changes of addresses. {refusal.Message}");
            return isRight;
        }
    }

    // By another way: .NET asks getifaddrs. Addresses that other processes of this sample add and remove do not count.
    private static bool IsAsNetSaysIt(NetworkWatch watch)
    {
        var interfaces = NetworkInterface.GetAllNetworkInterfaces();
        var addresses = interfaces.SelectMany(link => link.GetIPProperties().UnicastAddresses, (link, address) => (link.Name, address.PrefixLength, Address: new IPAddress(address.Address.GetAddressBytes())))
            .Where(address => !IsOfThisSample(address.Address)).Select(address => $"{address.Address}/{address.PrefixLength} on {address.Name}");
        return interfaces.Select(link => link.Name).ToHashSet().SetEquals(watch.LinkNames) &&
            addresses.ToHashSet().SetEquals(watch.Addresses.Where(address => !IsOfThisSample(address.Address)).Select(watch.Describe));
    }

    private static bool IsOfThisSample(IPAddress address) => address.GetAddressBytes() is [127, >= 64 and < 128, _, _];

    private NetworkAddress OwnAddress(NetworkWatch watch, int last) => new(watch.IndexOf("lo"), new IPAddress([.. _network, (byte)last]), 32);

    private IEnumerable<NetworkAddress> OwnAddresses(NetworkWatch watch) =>
        watch.Addresses.Where(address => address.Address.GetAddressBytes().AsSpan().StartsWith(_network));

    private async Task<bool> NoticesAsync(NetworkWatch watch, AddressChanger changer)
    {
        var address = OwnAddress(watch, 1);
        changer.Add(address);
        if (!await IsSeenAsync(watch, address, isAdded: true))
            return false;
        changer.Remove(address);
        return await IsSeenAsync(watch, address, isAdded: false);
    }

    private async Task<bool> IsSeenAsync(NetworkWatch watch, NetworkAddress address, bool isAdded)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnChange(NetworkAddress changed, bool added)
        {
            if (changed == address && added == isAdded)
                seen.TrySetResult();
        }
        watch.AddressChanged += OnChange;
        try
        {
            await seen.Task.WaitAsync(_patience, loop.TimeProvider);
            Console.WriteLine($"{(isAdded ? "added" : "removed")} {watch.Describe(address)}");
            return true;
        }
        catch (TimeoutException)
        {
            Console.WriteLine($"not noticed: {watch.Describe(address)}");
            return false;
        }
        finally
        {
            watch.AddressChanged -= OnChange;
        }
    }

    // A loop that is busy while much changes: the kernel keeps news up to a limit, discards the rest, and says so.
    private async Task<bool> RecoversAsync(AddressChanger changer)
    {
        using var watch = new NetworkWatch(loop, _groups, SmallBuffer);
        await watch.Listed;
        var kept = OwnAddress(watch, 1);
        var fleeting = Enumerable.Range(101, 100).Select(last => OwnAddress(watch, last)).ToList();
        fleeting.ForEach(changer.Add); // the news of the first ones is kept,
        fleeting.ForEach(changer.Remove); // that of their removal is not
        changer.Add(kept);
        bool isSeen = await IsSeenAsync(watch, kept, isAdded: true);
        await watch.Listed.WaitAsync(_patience, loop.TimeProvider);
        bool isRight = isSeen && watch.Losses > 0 && OwnAddresses(watch).SequenceEqual([kept]);
        Console.WriteLine($"201 changes while the loop was busy: {(watch.Losses > 0 ? "news was lost" : "no news was lost")}, and the list is {(isRight ? "right" : "wrong")}");
        changer.Remove(kept);
        return isRight;
    }

    // A list is asked for while news waits in the buffer. Little news leaves room for the list; much makes the kernel discard its
    // refusal as well. What lies between differs between kernels, so each amount is tried.
    private async Task<bool> AsksAgainAsync(AddressChanger changer)
    {
        using var watch = new NetworkWatch(loop, _groups, SmallBuffer, asksAgain: !asksOnce);
        await watch.Listed;
        var own = OwnAddress(watch, 1);
        try
        {
            int changes = 0;
            bool isRight = true;
            while (isRight && watch.Refusals == 0 && ++changes <= 40)
            {
                for (int i = 0; i < changes; i++)
                    changer.Toggle(own);
                watch.Refresh();
                await watch.Listed.WaitAsync(_patience, loop.TimeProvider);
                isRight = OwnAddresses(watch).Contains(own) == changer.HasAdded(own);
            }
            Console.WriteLine($"a list while the buffer is full: {(watch.Refusals > 0 ? "refused, and asked for again" : "never refused")}, and it is {(isRight ? "right" : "wrong")}");
            return isRight;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            Console.WriteLine($"a list while the buffer is full: {exception.Message}");
            return false;
        }
    }
}
