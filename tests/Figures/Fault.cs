namespace Figures;

/// <summary>What is planted to see that it is found: a call too many, or an object.</summary>
internal enum Fault
{
    None,
    Call,
    Object,
}
