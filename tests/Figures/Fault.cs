namespace Figures;

/// <summary>What is planted to see that it is found: a call too many, an object, or a garbage collection.</summary>
internal enum Fault
{
    None,
    Call,
    Object,
    Collection,
}
