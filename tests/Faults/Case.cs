namespace Faults;

/// <summary>One call, failed with one errno, at some of its calls.</summary>
internal sealed record Case(Call Call, string Errno, Schedule Schedule)
{
    public override string ToString() => $"{Call.Name} {Errno} {Schedule.Name}";
}
