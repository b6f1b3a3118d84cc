namespace Embedding;

/// <summary>In place of the class of this name in Visual Studio's packages.</summary>
public sealed class ServiceProgressData;
