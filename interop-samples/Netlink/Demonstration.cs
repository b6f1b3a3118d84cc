using System.Net;
using System.Net.NetworkInformation;
using IOLoops;

/// <summary>What the sample shows, and checks.</summary>
internal sealed class Demonstration(IOLoop loop, bool isDeaf)
{
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
            return isRight && await NoticesAsync(watch, changer) && await RecoversAsync(changer);
        }
        catch (UnauthorizedAccessException refusal)
        {
            Console.WriteLine($"skipped: changes of addresses. {refusal.Message}");
            return isRight;
        }
    }

    // By another way: .NET asks getifaddrs.
    private static bool IsAsNetSaysIt(NetworkWatch watch)
    {
        var interfaces = NetworkInterface.GetAllNetworkInterfaces();
        var addresses = interfaces.SelectMany(link => link.GetIPProperties().UnicastAddresses, (link, address) => $"{new IPAddress(address.Address.GetAddressBytes())}/{address.PrefixLength} on {link.Name}");
        return interfaces.Select(link => link.Name).ToHashSet().SetEquals(watch.LinkNames) && addresses.ToHashSet().SetEquals(watch.Addresses.Select(watch.Describe));
    }

    // The address is one of loopback's own, so nothing can be reached by it that could not be before.
    private static NetworkAddress NewAddress(NetworkWatch watch) =>
        new(watch.IndexOf("lo"), new IPAddress([127, 77, (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]), 32);

    private async Task<bool> NoticesAsync(NetworkWatch watch, AddressChanger changer)
    {
        var address = NewAddress(watch);
        changer.Add(address);
        try
        {
            if (!await IsSeenAsync(watch, address, isAdded: true))
                return false;
        }
        finally
        {
            changer.Remove(address);
        }
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
        using var watch = new NetworkWatch(loop, _groups, receiveBuffer: 4096);
        await watch.Listed;
        var before = watch.Addresses.ToHashSet();
        var kept = NewAddress(watch);
        var fleeting = Enumerable.Range(1, 100).Select(last => kept with { Address = new IPAddress([127, 78, kept.Address.GetAddressBytes()[2], (byte)last]) }).ToList();
        fleeting.ForEach(changer.Add); // the news of the first ones is kept,
        fleeting.ForEach(changer.Remove); // that of their removal is not
        changer.Add(kept);
        try
        {
            bool isSeen = await IsSeenAsync(watch, kept, isAdded: true);
            await watch.Listed;
            bool isRight = isSeen && watch.Losses > 0 && watch.Addresses.ToHashSet().SetEquals(before.Append(kept));
            Console.WriteLine($"201 changes while the loop was busy: {(watch.Losses > 0 ? "news was lost" : "no news was lost")}, and the list is {(isRight ? "right" : "wrong")}");
            return isRight;
        }
        finally
        {
            changer.Remove(kept);
        }
    }
}
